package io.captionstream.learning;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where a model is between its labels and its releases. The phase is kept in the state store together with all that goes
 * on from it, and changes in the same transaction as what it reports and releases: whoever owns the model next begins
 * where the last one left off.
 *
 * <pre>
 *              a trigger, and labels that the champion has not seen
 *      ┌────────────────────────────────────────────────────────────────┐
 *      │                                                                ▼
 *    IDLE ◀──── rejected, failed, cancelled, champion changed ────── TRAINING
 *    ▲ │ ▲                                                              │
 *    │ │ └───────────── its own release came back ─── PUBLISHED ◀───────┤ promoted: the release is
 *    │ │                                                 ▲              │ forwarded with the phase
 *    │ └─ enough labels since the trial began ─▶ JUDGING ┘
 *    │                                              │
 *    └────────────── more labels are needed ────────┘
 * </pre>
 */
enum TrainingPhase {
    /** Waits for a trigger. */
    IDLE,
    /** A run goes on, here or, after a crash, with whoever owns the model next. */
    TRAINING,
    /** The version on trial is judged on labels that came after the trial began. Begun anew after a crash. */
    JUDGING,
    /** A release was forwarded and has not come back yet; until then the topic does not show who is champion. */
    PUBLISHED;

    private Set<TrainingPhase> next() {
        return switch (this) {
            case IDLE -> EnumSet.of(TRAINING, JUDGING);
            case TRAINING, JUDGING -> EnumSet.of(IDLE, PUBLISHED);
            case PUBLISHED -> EnumSet.of(IDLE);
        };
    }

    boolean canBecome(TrainingPhase phase) {
        return next().contains(phase);
    }
}
