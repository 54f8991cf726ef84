package io.captionstream.caption;

/** Steps of a commit of outcomes, in their order, at which an instance can be stopped or die. */
enum CommitStep {
    /** The first outcome is handed to the producer, which has not sent it. */
    AFTER_FORWARD,
    /** All outcomes are handed to it, and none was sent. */
    BEFORE_FLUSH,
    /** The outcomes are in their topics, uncommitted. */
    AFTER_FLUSH,
    /** The group has taken the offsets; nobody has asked for the commit. */
    AFTER_OFFSETS,
    /** The commit is asked for. Nothing waits here: where in it, or behind it, the stop comes is a matter of luck. */
    WITHIN_COMMIT,
    /** The commit is answered. */
    AFTER_COMMIT
}
