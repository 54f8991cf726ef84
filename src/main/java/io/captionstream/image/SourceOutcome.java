package io.captionstream.image;

/** What one attempt says of its source, whatever it means for the image. */
enum SourceOutcome {
    /** It answers, be it that it does not have the image. */
    ANSWERED,
    /** It answers, but does not keep up, or sends us to somebody who does not. */
    OVERLOADED,
    /** It does not answer, or as one whose every answer is a failure. */
    FAILED,
    /** Nothing: it was not asked, or not by its fault in vain. */
    UNKNOWN;

    /**
     * @param code why the attempt failed
     * @param redirected whether another host was asked in the end
     */
    static SourceOutcome of(ImageErrorCode code, SourceKey source, boolean redirected) {
        return switch (code) {
            case UNKNOWN_HOST, CONNECTION_FAILED, TLS_FAILED, TIMEOUT, SERVER_ERROR -> redirected ? OVERLOADED : FAILED;
            case READ_FAILED -> FAILED;
            // A web server may deny one image; a store denies what the credentials are not good for.
            case ACCESS_DENIED -> source.isBucket() ? FAILED : ANSWERED;
            case TOO_MANY_REQUESTS -> OVERLOADED;
            case NOT_FOUND,
                    REQUEST_REFUSED,
                    INVALID_RESPONSE,
                    FORBIDDEN_REDIRECT,
                    TOO_MANY_REDIRECTS,
                    TOO_MANY_BYTES,
                    EMPTY_IMAGE -> ANSWERED;
            default -> UNKNOWN;
        };
    }
}
