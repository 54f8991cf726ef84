package io.captionstream.doctor;

import java.util.List;

/** Looks at one thing. */
interface Check {
    /** In a word, for findings. */
    String name();

    /**
     * Looks; never fails because of what it finds.
     *
     * @return at least one finding
     */
    List<Finding> run();
}
