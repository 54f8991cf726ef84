package io.captionstream.demo;

import io.captionstream.scene.Scene;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.ShapeKind;

/** What is taught, one after the other. */
enum Lesson {
    /** Scenes as the first versions were trained on, of which they saw too few. */
    KNOWN("scenes of the kinds it knows"),
    /** Every other scene has a shape that no model has seen and a word that none has. */
    NEW("scenes of which every other has a shape and a word that it has never seen");

    /** Labelled scenes that are published when one begins, and that a run waits for. */
    static final int LABELS = 3000;

    private final String subject;

    Lesson(String subject) {
        this.subject = subject;
    }

    String subject() {
        return subject;
    }

    /** Whether the scene with this number has the new shape. */
    boolean isNew(long number) {
        return this == NEW && number % 2 == 1;
    }

    /** The scene with this number. */
    Scene scene(long seed, long number) {
        SceneGenerator generator = new SceneGenerator(seed);
        return (isNew(number) ? generator.with(ShapeKind.RING) : generator).scene(number);
    }
}
