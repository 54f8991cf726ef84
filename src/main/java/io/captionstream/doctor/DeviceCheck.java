package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.DEVICE_MISSING;
import static io.captionstream.doctor.Ailment.DEVICE_UNUSED;
import static io.captionstream.doctor.Ailment.NATIVES_MISSING;

import ai.djl.engine.Engine;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.network.TensorFlowRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** TensorFlow's native libraries load, and see the GPU that they are to use. */
final class DeviceCheck implements Check {
    /** There where NVIDIA's driver is. */
    static final Path DRIVER = Path.of("/proc/driver/nvidia/version");

    private final CaptionerConfig.Device device;
    private final Path driver;

    /** @param driver a file that is there if there is a driver */
    DeviceCheck(CaptionerConfig.Device device, Path driver) {
        this.device = device;
        this.driver = driver;
    }

    @Override
    public String name() {
        return "device";
    }

    @Override
    public List<Finding> run() {
        int gpus;
        String version;
        try {
            TensorFlowRuntime.ensureLoaded();
            Engine engine = Engine.getEngine("TensorFlow");
            version = engine.getVersion();
            gpus = engine.getGpuCount();
        } catch (Exception | LinkageError e) {
            return List.of(Finding.problem(
                    name(),
                    NATIVES_MISSING,
                    "TensorFlow does not load: " + root(e),
                    "Take the build for this platform (%s, %s); in a container the folder TENSORFLOW_LIBRARY_PATH names must hold libtensorflow_cc and libjnitensorflow. What a library lacks, 'ldd' on it shows"
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"))));
        }
        if (gpus == 0 && device == CaptionerConfig.Device.GPU) {
            return List.of(
                    Finding.problem(
                            name(),
                            DEVICE_MISSING,
                            "captionstream.inference.device is gpu, and TensorFlow %s sees none".formatted(version),
                            "Take the GPU build (-Pgpu), and see that nvidia-smi lists a device here and that libcudart.so.12 is on LD_LIBRARY_PATH; or set captionstream.inference.device=cpu"));
        }
        if (gpus == 0 && device == CaptionerConfig.Device.AUTO && Files.exists(driver)) {
            return List.of(
                    Finding.warning(
                            name(),
                            DEVICE_UNUSED,
                            "This machine has a driver for NVIDIA GPUs, and TensorFlow %s sees none: models run on the CPU"
                                    .formatted(version),
                            "Take the GPU build (-Pgpu) with CUDA 12 and cuDNN 8.9, or set captionstream.inference.device=cpu if that is meant"));
        }
        return List.of(Finding.ok(
                name(),
                gpus == 0
                        ? "TensorFlow %s on the CPU".formatted(version)
                        : "TensorFlow %s sees %d GPU%s".formatted(version, gpus, gpus == 1 ? "" : "s")));
    }

    private static String root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
