package io.captionstream.demo;

import io.captionstream.event.TrainingReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which lesson is on. A lesson is over when the learner captions with a version that came of it; if none was promoted,
 * there are more labels to learn from.
 */
final class Curriculum {
    /** The new shape takes twice: what looks like it is told apart last. */
    private static final List<Lesson> PLAN = List.of(Lesson.KNOWN, Lesson.NEW, Lesson.NEW);

    private final String learner;
    private @Nullable String version;
    private boolean learned;
    private int lesson;
    private boolean rejected;

    /** @param learner name of the model that learns */
    Curriculum(String learner) {
        this.learner = learner;
    }

    /** The one that is on; when all are over, the last. */
    Lesson lesson() {
        return PLAN.get(Math.min(lesson, PLAN.size() - 1));
    }

    boolean isOver() {
        return lesson == PLAN.size();
    }

    void begin(Teacher teacher) {
        announce();
        teacher.teach(lesson(), Lesson.LABELS);
    }

    private void announce() {
        System.out.printf("── Teaching %s: %d labelled pairs ──%n", lesson().subject(), Lesson.LABELS);
    }

    void onReport(TrainingReport report) {
        rejected |= report.getPhase().equals("rejected");
    }

    /** A model captions with this version. */
    void onVersion(String model, String current) {
        if (!model.equals(learner) || current.equals(version)) {
            return;
        }
        if (version != null) {
            System.out.printf("── %s now captions with version %s ──%n", model, current);
            learned = true;
        }
        version = current;
    }

    void advance(Teacher teacher) {
        if (isOver()) {
            return;
        }
        if (learned) {
            learned = false;
            rejected = false;
            lesson++;
            if (isOver()) {
                System.out.println("── All lessons are learned; scenes of both kinds go on ──");
            } else {
                begin(teacher);
            }
        } else if (rejected) {
            rejected = false;
            teacher.teach(lesson(), Lesson.LABELS);
        }
    }
}
