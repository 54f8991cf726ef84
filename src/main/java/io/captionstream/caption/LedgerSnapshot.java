package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableLongArray;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Which events of a partition have no outcome yet, as a committed offset and the metadata beside it say it. An event
 * below {@code base} has its outcome; one from {@code base} to below {@code end} has it unless it is listed; one from
 * {@code end} on is new.
 *
 * <p>As text: {@code cs1:}, a payload in Base64, {@code :}, and the metadata that Kafka Streams keeps in the same place.
 * The payload is a row of variable-length integers: {@code end - base}, tenures, isolated until ({@code - base}, 0 for
 * none), suspect ({@code - base + 1}, 0 for none), strikes, how many offsets in a row just below {@code end} are open,
 * number of the other open offsets, and each of these as the distance from the one before. Brokers take {@code
 * offset.metadata.max.bytes} of it, 4096 by default; see {@link InFlightLimits#MAX_COUNT}.
 *
 * @param base lowest offset without an outcome, which is the committed offset
 * @param end lowest offset that nothing is known of
 * @param open offsets without an outcome from {@code base} to {@code end}, ascending
 * @param tenures how many owners of the partition in a row have begun with this very base and not raised it
 * @param isolatedUntil events below this offset are worked on one at a time; not above {@code base} if none are
 * @param suspect the event that was being worked on alone, or -1
 * @param strikes how many owners have ended before the suspect had its outcome, the one that writes this not counted
 */
record LedgerSnapshot(
        long base, long end, ImmutableLongArray open, int tenures, long isolatedUntil, long suspect, int strikes) {
    static final long NONE = -1;

    private static final String VERSION = "cs1:";
    private static final String ANY_VERSION = "cs";
    private static final char SEPARATOR = ':';
    private static final int MAX_OPEN = 1 << 20;

    LedgerSnapshot {
        checkArgument(base >= 0, "base is negative: %s", base);
        checkArgument(end >= base, "end %s is below base %s", end, base);
        long before = base - 1;
        for (int i = 0; i < open.length(); i++) {
            checkArgument(open.get(i) > before && open.get(i) < end, "open offsets are not in order: %s", open);
            before = open.get(i);
        }
    }

    /** Nothing but a committed offset. */
    static LedgerSnapshot at(long offset) {
        return new LedgerSnapshot(offset, offset, ImmutableLongArray.of(), 0, offset, NONE, 0);
    }

    /** Whether the committed offset alone says all of it. */
    boolean isPlain() {
        return end == base && tenures == 0 && isolatedUntil <= base && suspect == NONE;
    }

    /** @param streamsMetadata what Kafka Streams wrote */
    String encode(String streamsMetadata) {
        if (isPlain()) {
            return streamsMetadata;
        }
        int row = rowAtEnd();
        int listed = open.length() - row;
        ByteBuffer payload = ByteBuffer.allocate(64 + 10 * listed);
        ByteUtils.writeVarlong(end - base, payload);
        ByteUtils.writeVarint(tenures, payload);
        ByteUtils.writeVarlong(Math.max(0, isolatedUntil - base), payload);
        ByteUtils.writeVarlong(suspect == NONE ? 0 : suspect - base + 1, payload);
        ByteUtils.writeVarint(strikes, payload);
        ByteUtils.writeVarint(row, payload);
        ByteUtils.writeVarint(listed, payload);
        long before = base;
        for (int i = 0; i < listed; i++) {
            ByteUtils.writeVarlong(open.get(i) - before, payload);
            before = open.get(i);
        }
        payload.flip();
        return VERSION
                + Base64.getEncoder().withoutPadding().encodeToString(Arrays.copyOf(payload.array(), payload.limit()))
                + SEPARATOR
                + streamsMetadata;
    }

    /** How many offsets in a row are open just below the end. */
    private int rowAtEnd() {
        int row = 0;
        while (row < open.length() && open.get(open.length() - 1 - row) == end - 1 - row) {
            row++;
        }
        return row;
    }

    /**
     * Reads what {@link #encode} has written; metadata of others says nothing about open events.
     *
     * @param base the committed offset
     * @throws IllegalArgumentException if the metadata is damaged, or was written by a later version of this service
     */
    static LedgerSnapshot decode(long base, String metadata) {
        if (!isOurs(metadata)) {
            return at(base);
        }
        checkArgument(
                metadata.startsWith(VERSION),
                "the committed offsets were written by a later version of this service: %s",
                metadata);
        try {
            ByteBuffer payload = ByteBuffer.wrap(
                    Base64.getDecoder().decode(metadata.substring(VERSION.length(), separator(metadata))));
            long end = base + ByteUtils.readVarlong(payload);
            int tenures = ByteUtils.readVarint(payload);
            long isolatedUntil = base + ByteUtils.readVarlong(payload);
            long suspect = ByteUtils.readVarlong(payload);
            int strikes = ByteUtils.readVarint(payload);
            int row = ByteUtils.readVarint(payload);
            int count = ByteUtils.readVarint(payload);
            checkArgument(
                    count >= 0 && count <= MAX_OPEN && row >= 0 && row <= MAX_OPEN,
                    "%s and %s open offsets",
                    count,
                    row);
            ImmutableLongArray.Builder open = ImmutableLongArray.builder(count + row);
            long before = base;
            for (int i = 0; i < count; i++) {
                before += ByteUtils.readVarlong(payload);
                open.add(before);
            }
            for (long offset = end - row; offset < end; offset++) {
                open.add(offset);
            }
            checkArgument(!payload.hasRemaining(), "%s bytes too many", payload.remaining());
            return new LedgerSnapshot(
                    base, end, open.build(), tenures, isolatedUntil, suspect == 0 ? NONE : base + suspect - 1, strikes);
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "the metadata of committed offset %d is damaged: %s".formatted(base, metadata), e);
        }
    }

    /** The part of the metadata that is Kafka Streams' own. */
    static String streamsMetadata(String metadata) {
        return isOurs(metadata) ? metadata.substring(separator(metadata) + 1) : metadata;
    }

    private static boolean isOurs(String metadata) {
        // Base64, as Kafka Streams writes, has no colon.
        return metadata.startsWith(ANY_VERSION) && metadata.indexOf(SEPARATOR) > 0 && separator(metadata) > 0;
    }

    private static int separator(String metadata) {
        return metadata.indexOf(SEPARATOR, metadata.indexOf(SEPARATOR) + 1);
    }
}
