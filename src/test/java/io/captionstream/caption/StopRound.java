package io.captionstream.caption;

import java.util.List;
import java.util.Random;

/**
 * When an instance is stopped, and when it goes on.
 *
 * @param number names the round, and is the seed of all that is left to chance in it
 */
record StopRound(int number, CommitStep step, Situation situation, Resumption resumption) {
    private static final List<Resumption> RESUMPTIONS = List.of(
            Resumption.AFTER_TAKEOVER,
            Resumption.BEFORE_SESSION_ENDS,
            Resumption.AFTER_TAKEOVER,
            Resumption.AFTER_TRANSACTION_ENDS,
            Resumption.AFTER_TAKEOVER);

    /** Whose outcomes the commit has. */
    enum Situation {
        /** Of events that earlier owners had in flight, read again, with nothing new behind them. */
        READ_AGAIN,
        /** Of events that come all the time. */
        STEADY
    }

    /** When the instance that was stopped goes on. */
    enum Resumption {
        /** Before anybody has noticed. */
        BEFORE_SESSION_ENDS,
        /** When another has its partitions, and has captioned what it may. */
        AFTER_TAKEOVER,
        /** When its transaction has been aborted for it, besides. */
        AFTER_TRANSACTION_ENDS
    }

    /** All combinations of step and situation in twelve rounds, and all there are in sixty. */
    static StopRound of(int number) {
        int steps = CommitStep.values().length;
        return new StopRound(
                number,
                CommitStep.values()[number % steps],
                Situation.values()[number / steps % Situation.values().length],
                RESUMPTIONS.get(number % RESUMPTIONS.size()));
    }

    Random random() {
        return new Random(0x57_0000L + number);
    }

    /** Whether the new owner has to wait for the transaction of the old one. */
    boolean holdsOffsets() {
        return step == CommitStep.AFTER_OFFSETS || step == CommitStep.WITHIN_COMMIT;
    }

    /** Whether the commit cannot go through any more. */
    boolean isLost() {
        return switch (resumption) {
            case BEFORE_SESSION_ENDS -> false;
            case AFTER_TAKEOVER -> step.compareTo(CommitStep.AFTER_OFFSETS) < 0;
            case AFTER_TRANSACTION_ENDS -> step.compareTo(CommitStep.AFTER_OFFSETS) <= 0;
        };
    }

    String kind() {
        return "%s, %s, %s".formatted(step, situation, resumption);
    }
}
