package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import io.captionstream.streams.StreamsState;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Starts the configured roles with the container and closes them with it. */
@ApplicationScoped
class ServiceLifecycle {
    static final Logger LOG = Logger.getLogger(ServiceLifecycle.class);
    private static final int FAILED = 1;

    private final Set<Role> roles;
    private final CaptionRole caption;
    private final TrainRole train;
    private final DeviceMetrics devices;
    private final boolean usesGpus;
    private final boolean rehearses;
    private final AtomicBoolean failed = new AtomicBoolean();

    ServiceLifecycle(ServiceConfig config, MeterRegistry meters) {
        this.roles = config.roles();
        this.caption = new CaptionRole(config, meters, this::fail);
        this.train = new TrainRole(config, meters, this::fail);
        this.devices = new DeviceMetrics(meters);
        this.usesGpus = !config.inference().device().equalsIgnoreCase("cpu");
        Map<Role, Supplier<StreamsState>> states = Map.of(Role.CAPTION, caption::state, Role.TRAIN, train::state);
        this.rehearses = config.rehearse();
        roles.forEach(role -> RoleMetrics.bind(meters, role, requireNonNull(states.get(role))));
    }

    // In the background: the container's port must answer probes while models load.
    void onStart(@Observes StartupEvent event) {
        Thread starter = new Thread(this::start, "captionstream-start");
        starter.setDaemon(true);
        starter.start();
    }

    private void start() {
        devices.watchProcessors();
        if (usesGpus) {
            devices.watchGpus("nvidia-smi");
        }
        try {
            if (rehearses) {
                caption.rehearse();
                Quarkus.asyncExit(0);
                return;
            }
            if (plays(Role.CAPTION)) {
                caption.start();
            }
            if (plays(Role.TRAIN)) {
                train.start();
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.errorf(e, "Captionstream cannot start: %s", e.getMessage());
            fail();
        }
    }

    // Not of use to anyone any more: whoever supervises the process knows what to do about an exit.
    private void fail() {
        if (failed.compareAndSet(false, true)) {
            Quarkus.asyncExit(FAILED);
        }
    }

    void onStop(@Observes ShutdownEvent event) {
        train.close();
        caption.close();
        devices.close();
    }

    boolean plays(Role role) {
        return roles.contains(role);
    }

    CaptionRole caption() {
        return caption;
    }

    TrainRole train() {
        return train;
    }

    boolean failed() {
        return failed.get();
    }
}
