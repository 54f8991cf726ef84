package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.common.primitives.ImmutableLongArray;
import java.time.Duration;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Which events of one partition have no outcome yet, during one tenure of it. Its {@link #snapshot} is committed in the
 * place of the offset that Kafka Streams has read up to, in the same transaction as the outcomes: whoever owns the
 * partition next reads again from the lowest event without an outcome, and passes over those that have theirs.
 *
 * <p>An owner that ends before its base has risen may have been ended by one of its events. Not so one that its process
 * has outlived, unless its own work threw something: threads also end because of brokers, and of what they refuse. After
 * {@value #MAX_TENURES} such owners in a row the events that were in flight are worked on one at a time, each named in a
 * commit before its work begins; one that has ended {@value #MAX_STRIKES} owners alone is quarantined.
 *
 * <p>For the stream thread, but for {@link #stalledFor} and {@link #describe}.
 */
final class OffsetLedger {
    private static final Logger log = Logger.getLogger(OffsetLedger.class);

    /** Owners in a row that may end without progress before their events are suspected. */
    static final int MAX_TENURES = 2;

    /** Owners that an event may end while it is worked on alone. */
    static final int MAX_STRIKES = 2;

    /** More than are read between two commits: what was begun after the last commit of an owner is suspected, too. */
    private static final int UNCOMMITTED = 512;

    private final TopicPartition partition;
    private final @Nullable LedgerSnapshot restored;
    private final Ticker ticker;
    private final BooleanSupplier room;

    private final NavigableSet<Long> open = new TreeSet<>();
    private final NavigableSet<Long> awaited = new TreeSet<>();
    private final int tenures;
    private final int restoredStrikes;
    private long end;
    private long deliveredEnd;
    private long vanishedBelow;
    private long isolatedUntil;
    private long suspect = LedgerSnapshot.NONE;
    private long lastReceived = LedgerSnapshot.NONE;
    private int uncommittedOutcomes;
    private boolean broken;
    private boolean failed;
    private @Nullable LedgerSnapshot sentSnapshot;
    private @Nullable LedgerSnapshot committedSnapshot;

    private long version = 1;
    private long sentVersion;
    private long committedVersion;
    private long suspectVersion;
    private long begunVersion;

    private volatile long progressNanos;
    private volatile int unfinished;
    private volatile @Nullable String obstacle;

    /**
     * Begins a tenure.
     *
     * @param restored what the last owner has committed; null if nothing was ever
     * @param outlived what an owner has committed that ended in this process and left it unharmed; null if there was none
     * @param room whether more events may be read now
     */
    OffsetLedger(
            TopicPartition partition,
            @Nullable LedgerSnapshot restored,
            @Nullable LedgerSnapshot outlived,
            Ticker ticker,
            BooleanSupplier room) {
        this.partition = partition;
        this.restored = restored;
        this.committedSnapshot = restored;
        this.ticker = ticker;
        this.room = room;
        this.progressNanos = ticker.read();
        if (restored == null) {
            tenures = 0;
            restoredStrikes = 0;
            end = LedgerSnapshot.NONE;
            isolatedUntil = LedgerSnapshot.NONE;
            return;
        }
        restored.open().forEach(offset -> {
            open.add(offset);
            awaited.add(offset);
        });
        // The same is committed: nobody has owned it in between.
        int counted = restored.equals(outlived) ? 0 : 1;
        tenures = restored.tenures() + counted;
        restoredStrikes = restored.suspect() == LedgerSnapshot.NONE ? 0 : restored.strikes() + counted;
        end = restored.end();
        isolatedUntil = tenures > MAX_TENURES
                ? Math.max(restored.isolatedUntil(), restored.end() + UNCOMMITTED)
                : restored.isolatedUntil();
    }

    TopicPartition partition() {
        return partition;
    }

    /** Events of earlier owners that have no outcome yet. */
    int restoredCount() {
        return awaited.size();
    }

    boolean hasRoom() {
        return room.getAsBoolean();
    }

    /** Whether events of earlier owners were not read again yet. */
    boolean isAwaiting() {
        return !awaited.isEmpty();
    }

    /** Takes notice that the consumer has delivered events up to this offset; they will be received. */
    void delivered(long offset) {
        deliveredEnd = offset + 1;
    }

    /**
     * Takes notice that the consumer delivers nothing below this offset any more: events that it has not delivered by now
     * were deleted.
     */
    void passed(long position) {
        vanishedBelow = position;
    }

    /** Takes out events of earlier owners that will not be received, since they were deleted. */
    void takeVanished(LongConsumer vanished) {
        NavigableSet<Long> gone = awaited.subSet(deliveredEnd, true, Math.max(deliveredEnd, vanishedBelow), false);
        while (!gone.isEmpty()) {
            vanished.accept(requireNonNull(gone.pollFirst()));
        }
    }

    /**
     * Takes notice of an event that was read.
     *
     * @param vanished given the offsets below it that an earlier owner has left and that are not there any more
     * @return false if it has its outcome
     */
    boolean receive(long offset, LongConsumer vanished) {
        checkState(!broken, "%s: a transaction with outcomes was aborted", partition);
        checkState(
                offset > lastReceived, "%s@%s comes after %s: its log has begun anew", partition, offset, lastReceived);
        lastReceived = offset;
        if (begunVersion == 0) {
            if (restored != null && offset < restored.base()) {
                forget(restored.base(), offset);
            }
            version++;
            begunVersion = version;
        }
        while (!awaited.isEmpty() && awaited.first() < offset) {
            vanished.accept(awaited.pollFirst());
        }
        boolean isNew = offset >= end;
        if (isNew) {
            end = offset + 1;
            open.add(offset);
            version++;
        } else if (!awaited.remove(offset)) {
            return false;
        }
        if (unfinished == 0) {
            progressNanos = ticker.read();
        }
        unfinished = open.size() - awaited.size();
        return true;
    }

    // The topic was deleted and made anew, or its log was cut: these are events that nobody has seen.
    private void forget(long base, long offset) {
        log.warnf("%s begins anew at %d: what was committed, up to %d, is of another log", partition, offset, base);
        open.clear();
        awaited.clear();
        end = offset;
        isolatedUntil = LedgerSnapshot.NONE;
    }

    /** Notes that the outcome of an event is forwarded, to be committed together with the note. */
    void finish(long offset) {
        checkState(!broken, "%s: a transaction with outcomes was aborted", partition);
        checkState(open.remove(offset), "%s@%s has no open event", partition, offset);
        uncommittedOutcomes++;
        if (suspect == offset) {
            suspect = LedgerSnapshot.NONE;
        }
        if (offset == quarantined()) {
            isolatedUntil = LedgerSnapshot.NONE;
        }
        version++;
        unfinished = open.size() - awaited.size();
        progressNanos = ticker.read();
        obstacle = null;
    }

    /**
     * Whether a commit since the first event was received went through: the group knows this owner, and the committed
     * offset says that its tenure has begun. No work begins before.
     */
    boolean hasBegun() {
        return begunVersion > 0 && committedVersion >= begunVersion;
    }

    /** Whether events are worked on one at a time now. */
    boolean isIsolating() {
        return base() < isolatedUntil;
    }

    /** Names the event that is worked on alone next; to be committed before that begins. */
    void suspect(long offset) {
        suspect = offset;
        version++;
        suspectVersion = version;
    }

    /** Takes {@link #suspect} back: the event is not worked on now. */
    void acquit() {
        if (suspect != LedgerSnapshot.NONE) {
            suspect = LedgerSnapshot.NONE;
            version++;
        }
    }

    /** Whether the work on this event, alone, may begin. */
    boolean isSuspectCommitted(long offset) {
        return suspect == offset && committedVersion >= suspectVersion;
    }

    /** The event that has ended too many owners, or -1. */
    long quarantined() {
        return restored != null && restoredStrikes >= MAX_STRIKES ? restored.suspect() : LedgerSnapshot.NONE;
    }

    private long base() {
        return open.isEmpty() ? end : open.first();
    }

    /** What is to be committed; null if nothing is known yet. */
    @Nullable
    LedgerSnapshot snapshot() {
        if (end == LedgerSnapshot.NONE) {
            return null;
        }
        long base = base();
        boolean harmless = open.isEmpty() || restored == null || base > restored.base();
        int strikes = restored != null && suspect == restored.suspect() ? restoredStrikes : 0;
        return new LedgerSnapshot(
                base,
                end,
                ImmutableLongArray.copyOf(open),
                harmless ? 0 : tenures,
                open.isEmpty() ? base : Math.max(base, isolatedUntil),
                suspect,
                suspect == LedgerSnapshot.NONE ? 0 : strikes);
    }

    /** Takes in up to where Kafka Streams has read: below, there is nothing that it has not handed over. */
    void readUpTo(long offset) {
        if (offset > end && awaited.isEmpty()) {
            end = offset;
            version++;
        }
    }

    /** Whether there is something that was not sent to be committed yet. */
    boolean isChanged() {
        return version != sentVersion;
    }

    boolean hasUncommittedOutcomes() {
        return uncommittedOutcomes > 0;
    }

    /** @param snapshot that is on its way to be committed */
    void sent(LedgerSnapshot snapshot) {
        sentVersion = version;
        sentSnapshot = snapshot;
    }

    void committed() {
        committedVersion = sentVersion;
        if (sentSnapshot != null) {
            committedSnapshot = sentSnapshot;
        }
        uncommittedOutcomes = 0;
    }

    /** Notes that the transaction was aborted: outcomes that were in it are gone, and only a new tenure makes them again. */
    void aborted() {
        broken |= uncommittedOutcomes > 0;
        sentVersion = committedVersion;
        sentSnapshot = null;
    }

    /** Notes that the tenure ends by something that its own work threw. */
    void failed() {
        failed = true;
    }

    /** What is committed, if that this tenure ends is no event's fault as long as the process lives; null otherwise. */
    @Nullable
    LedgerSnapshot outlived() {
        return failed ? null : committedSnapshot;
    }

    /** Notes what keeps an event waiting, for a person to read. */
    void obstacle(String reason) {
        obstacle = reason;
    }

    /** How long there have been events without an outcome while none got one; zero if there are none. */
    Duration stalledFor() {
        return unfinished == 0 ? Duration.ZERO : Duration.ofNanos(ticker.read() - progressNanos);
    }

    /** What it is busy with, for a person to read. */
    String describe() {
        String reason = obstacle;
        return "%s: %d images in flight".formatted(partition, unfinished) + (reason == null ? "" : ", " + reason);
    }
}
