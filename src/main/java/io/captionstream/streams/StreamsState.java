package io.captionstream.streams;

import java.util.EnumSet;
import java.util.Set;

/**
 * State of a {@link StreamsRunner}.
 *
 * <pre>
 *            start            preconditions hold       partitions assigned
 *  CREATED ────────▶ WAITING ─────────────────▶ STARTING ────────▶ RUNNING ◀──▶ REBALANCING
 *     │                 │                          │                  │              │
 *     │                 ├──────────────────────────┴──────┬───────────┴──────────────┤
 *     │                 │ cannot come to hold             │ died                     │
 *     │                 └─────────────────────▶ FAILED ◀──┘                          │
 *     └──────────────────────────────▶ CLOSED ◀──────────────── close ───────────────┘
 * </pre>
 */
public enum StreamsState {
    /** Not started. */
    CREATED,
    /** Waiting for the preconditions: broker, topics, registry. */
    WAITING,
    /** Joining the group for the first time and restoring state. */
    STARTING,
    /** Processing. */
    RUNNING,
    /** Partitions are moving between instances; some may not be processed for a moment. */
    REBALANCING,
    /** Dead; only a new process helps. */
    FAILED,
    /** Closed in order. */
    CLOSED;

    private Set<StreamsState> next() {
        return switch (this) {
            case CREATED -> EnumSet.of(WAITING, CLOSED);
            case WAITING -> EnumSet.of(STARTING, FAILED, CLOSED);
            case STARTING -> EnumSet.of(RUNNING, REBALANCING, FAILED, CLOSED);
            case RUNNING -> EnumSet.of(REBALANCING, FAILED, CLOSED);
            case REBALANCING -> EnumSet.of(RUNNING, FAILED, CLOSED);
            case FAILED -> EnumSet.of(CLOSED);
            case CLOSED -> EnumSet.noneOf(StreamsState.class);
        };
    }

    boolean canBecome(StreamsState state) {
        return next().contains(state);
    }

    /** Whether the process is of use or may yet become so without help. */
    public boolean isLive() {
        return this != FAILED;
    }

    /** Whether events are being processed. */
    public boolean isReady() {
        return this == RUNNING || this == REBALANCING;
    }
}
