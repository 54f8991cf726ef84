package io.captionstream.service;

/** How who asks over HTTP shows who they are. */
public enum Authentication {
    /** Not at all. */
    NONE,
    /** A user and a password of {@code captionstream.page.users}. */
    BASIC,
    /** A signed token of an OpenID Connect provider. */
    BEARER
}
