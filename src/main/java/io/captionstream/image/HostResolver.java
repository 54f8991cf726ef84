package io.captionstream.image;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Turns host names, and address literals, into addresses. */
@FunctionalInterface
interface HostResolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
}
