package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Hears of the GPUs from {@code nvidia-smi}, which comes with the driver and says more of them than CUDA does. A process
 * of its own, which a stuck driver may keep without harm to this one. Ends with this, and with the pipe to it.
 */
final class GpuMonitor implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(GpuMonitor.class);

    private final Process process;
    private final Consumer<GpuReading> listener;
    private volatile boolean closed;

    private GpuMonitor(Process process, Consumer<GpuReading> listener) {
        this.process = process;
        this.listener = requireNonNull(listener, "listener is null");
    }

    /**
     * Starts to listen.
     *
     * @param command {@code nvidia-smi}, or the path to it
     * @param interval between readings, whole seconds
     * @param listener told of every GPU in every interval, on a thread of its own
     * @throws IOException if there is no such command, as where there is no driver
     */
    static GpuMonitor start(String command, Duration interval, Consumer<GpuReading> listener) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        command,
                        "--query-gpu=" + GpuReading.QUERY,
                        "--format=csv,noheader,nounits",
                        "--loop=" + interval.toSeconds()))
                .redirectErrorStream(true)
                .start();
        GpuMonitor monitor = new GpuMonitor(process, listener);
        Thread reader = new Thread(monitor::read, "gpu-monitor");
        reader.setDaemon(true);
        reader.start();
        return monitor;
    }

    private void read() {
        String last = "nothing";
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
                GpuReading.parse(line).ifPresent(listener);
            }
        } catch (IOException e) {
            last = String.valueOf(e.getMessage());
        }
        if (!closed) {
            LOG.warnf("There are no more metrics of GPUs: nvidia-smi ended, its last word: %s", last);
        }
    }

    @Override
    public void close() {
        closed = true;
        process.destroyForcibly();
    }
}
