package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;

/**
 * A range of addresses of one family.
 *
 * @param address any address in it, 4 or 16 bytes
 * @param prefix number of leading bits that all its addresses share
 */
@SuppressWarnings("ArrayRecordComponent")
record Network(byte[] address, int prefix) {
    /** @param cidr address literal, slash, prefix length */
    static Network parse(String cidr) {
        int slash = cidr.indexOf('/');
        checkArgument(slash > 0, "not a network in CIDR notation: %s", cidr);
        byte[] address = InetAddresses.forString(cidr.substring(0, slash)).getAddress();
        int prefix = Integer.parseInt(cidr.substring(slash + 1));
        checkArgument(prefix >= 0 && prefix <= 8 * address.length, "prefix out of range: %s", cidr);
        return new Network(address, prefix);
    }

    boolean contains(InetAddress candidate) {
        return contains(candidate.getAddress());
    }

    boolean contains(byte[] candidate) {
        if (candidate.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> (bit & 7);
            if ((candidate[bit >> 3] & mask) != (address[bit >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }
}
