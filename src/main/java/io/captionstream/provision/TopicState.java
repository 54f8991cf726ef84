package io.captionstream.provision;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * What a topic is like.
 *
 * @param replicas of its first partition
 * @param configs its effective settings by name; empty if they may not be seen
 */
public record TopicState(String name, int partitions, int replicas, Map<String, String> configs) {
    public TopicState {
        requireNonNull(name, "name is null");
        configs = Map.copyOf(configs);
    }
}
