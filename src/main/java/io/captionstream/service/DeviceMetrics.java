package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Utilization and memory of what the models run on: the processors and, where there are any, the GPUs. */
final class DeviceMetrics implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DeviceMetrics.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final MeterRegistry meters;
    private final Map<String, GpuReading> gpus = new ConcurrentHashMap<>();
    private volatile @Nullable GpuMonitor monitor;

    DeviceMetrics(MeterRegistry meters) {
        this.meters = requireNonNull(meters, "meters is null");
    }

    /** The processors and the memory of the machine, or of the container if that has less. */
    void watchProcessors() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        AvailableMemory memory = new AvailableMemory(Path.of("/"));
        Tags tags = Tags.of("device", "cpu", "name", System.getProperty("os.arch"));
        register(tags, system, DeviceMetrics::load, bean -> used(bean, memory), bean -> bean.getTotalMemorySize());
    }

    private static double load(OperatingSystemMXBean system) {
        double load = system.getCpuLoad();
        return load < 0 ? Double.NaN : load;
    }

    private static double used(OperatingSystemMXBean system, AvailableMemory memory) {
        return Math.max(0, system.getTotalMemorySize() - memory.bytes().orElseGet(system::getFreeMemorySize));
    }

    /**
     * The GPUs that the driver shows, if there are any.
     *
     * @param command as of {@link GpuMonitor#start}
     */
    void watchGpus(String command) {
        try {
            monitor = GpuMonitor.start(command, INTERVAL, this::accept);
        } catch (IOException e) {
            LOG.debugf("There are no metrics of GPUs: %s", e.getMessage());
        }
    }

    private void accept(GpuReading reading) {
        String device = reading.device();
        if (gpus.put(device, reading) == null) {
            Supplier<GpuReading> latest = () -> requireNonNull(gpus.get(device));
            register(
                    Tags.of("device", device, "name", reading.name()),
                    latest,
                    gpu -> gpu.get().utilization(),
                    gpu -> gpu.get().usedBytes(),
                    gpu -> gpu.get().totalBytes());
        }
    }

    private <T> void register(
            Tags tags, T device, ToDoubleFunction<T> load, ToDoubleFunction<T> used, ToDoubleFunction<T> total) {
        gauge("captionstream.device.utilization", "Share of the device in use, 0 to 1", device, load)
                .tags(tags)
                .register(meters);
        gauge("captionstream.device.memory.used", "Memory of the device in use, by whatever process", device, used)
                .tags(tags)
                .baseUnit("bytes")
                .register(meters);
        gauge("captionstream.device.memory.total", "Memory of the device", device, total)
                .tags(tags)
                .baseUnit("bytes")
                .register(meters);
    }

    private static <T> Gauge.Builder<T> gauge(String name, String description, T device, ToDoubleFunction<T> value) {
        return Gauge.builder(name, device, value).description(description).strongReference(true);
    }

    @Override
    public void close() {
        GpuMonitor current = monitor;
        if (current != null) {
            current.close();
        }
    }
}
