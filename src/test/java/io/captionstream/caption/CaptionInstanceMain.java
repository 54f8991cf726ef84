package io.captionstream.caption;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * An instance in a process of its own, whose hanging images never answer. Arguments: brokers, prefix of the topics, state
 * directory, then properties of Kafka Streams as {@code key=value}.
 */
public final class CaptionInstanceMain {
    private CaptionInstanceMain() {}

    public static void main(String[] args) {
        InstanceSettings settings = InstanceSettings.of(args[0], args[1], Path.of(args[2]));
        for (String property : Arrays.asList(args).subList(3, args.length)) {
            int equals = property.indexOf('=');
            settings = settings.with(property.substring(0, equals), property.substring(equals + 1));
        }
        CaptionInstance instance = new CaptionInstance(settings, RecordLimits.NONE);
        Runtime.getRuntime().addShutdownHook(new Thread(instance::close));
    }
}
