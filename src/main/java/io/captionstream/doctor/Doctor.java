package io.captionstream.doctor;

import io.captionstream.connection.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks at machine, brokers, registry and store. What it does is harmless: it writes a file of no bytes, asks brokers
 * whether they would create a topic, and takes a transactional id of its own.
 */
public final class Doctor {
    private final DoctorConfig config;

    public Doctor(DoctorConfig config) {
        this.config = config;
    }

    /**
     * Looks at everything.
     *
     * @param sink told each finding as it comes
     */
    public List<Finding> examine(Consumer<Finding> sink) throws IOException {
        List<Finding> findings = new ArrayList<>();
        Consumer<Finding> all = findings::add;
        Consumer<Finding> both = all.andThen(sink);
        run(new DeviceCheck(config.device(), DeviceCheck.DRIVER), both);
        boolean natives = findings.stream().noneMatch(finding -> finding.ailment() == Ailment.NATIVES_MISSING);
        runIf(natives, "TensorFlow does not load", new ModelCheck(config), both);
        run(new DiskCheck(config.folders(), config.minimumDisk()), both);
        run(new StoreCheck(config), both);
        try (Connection connection = new Connection(config.connection())) {
            boolean brokers = run(new BrokerCheck(config.connection(), connection, config.patience()), both);
            List<Check> onBrokers = new ArrayList<>(List.of(new TopicCheck(config, connection)));
            config.roles().forEach(role -> onBrokers.add(new ApplicationCheck(role, connection)));
            for (Check check : onBrokers) {
                runIf(brokers, "the brokers do not answer", check, both);
            }
            boolean registry = run(new RegistryCheck(connection), both);
            runIf(registry, "the registry does not answer", new SchemaCheck(config, connection), both);
            runIf(registry, "the registry does not answer", new ClockCheck(config), both);
        }
        return List.copyOf(findings);
    }

    private static void runIf(boolean possible, String otherwise, Check check, Consumer<Finding> sink) {
        if (possible) {
            run(check, sink);
        } else {
            sink.accept(Finding.skipped(check.name(), otherwise));
        }
    }

    /** Whether there was no problem. */
    private static boolean run(Check check, Consumer<Finding> sink) {
        List<Finding> findings = check.run();
        findings.forEach(sink);
        return findings.stream().noneMatch(Finding::isProblem);
    }
}
