package io.captionstream.release;

/**
 * Where the change over to a release stands.
 *
 * <pre>
 *             release            loaded
 *   SERVING ──────────▶ LOADING ────────▶ SERVING
 *                        │  ▲ ▲
 *        passing failure │  │ │ release
 *                        ▼  │ │
 *                     WAITING │
 *        lasting failure │    │
 *   LOADING ───────────▶ REFUSED
 * </pre>
 *
 * A slot that may be empty also goes from each state to {@link #EMPTY} when its release is withdrawn, and from there to
 * LOADING with the next. In every other state the model that served before goes on serving until a new one is ready.
 */
public enum SwapState {
    /** Nothing is to be served, and nothing is. */
    EMPTY,
    /** The newest release serves. */
    SERVING,
    /** A release is fetched, verified, loaded and warmed. */
    LOADING,
    /** That failed, and is tried again after a while. */
    WAITING,
    /** That failed for good: only another release changes anything. */
    REFUSED
}
