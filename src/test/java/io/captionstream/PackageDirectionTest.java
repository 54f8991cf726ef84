package io.captionstream;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;

/** Who may know whom. Data flows event, image, tensor, beams, caption, event; knowledge flows one way, too. */
class PackageDirectionTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.captionstream");

    @Test
    void shouldKnowOnlyWhatComesNext() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("event")
                .definedBy("io.captionstream.event..")
                .layer("text")
                .definedBy("io.captionstream.text..")
                .layer("image")
                .definedBy("io.captionstream.image..")
                .layer("network")
                .definedBy("io.captionstream.network..")
                .layer("model")
                .definedBy("io.captionstream.model..")
                .layer("inference")
                .definedBy("io.captionstream.inference..")
                .layer("caption")
                .definedBy("io.captionstream.caption..")
                .layer("scene")
                .definedBy("io.captionstream.scene..")
                .layer("evaluation")
                .definedBy("io.captionstream.evaluation..")
                .layer("training")
                .definedBy("io.captionstream.training..")
                .layer("weights")
                .definedBy("io.captionstream.weights..")
                .layer("coco")
                .definedBy("io.captionstream.coco..")
                .layer("report")
                .definedBy("io.captionstream.report..")
                .layer("finetune")
                .definedBy("io.captionstream.finetune..")
                .layer("labels")
                .definedBy("io.captionstream.labels..")
                .layer("store")
                .definedBy("io.captionstream.store..")
                .layer("release")
                .definedBy("io.captionstream.release..")
                .layer("learning")
                .definedBy("io.captionstream.learning..")
                .layer("connection")
                .definedBy("io.captionstream.connection..")
                .layer("publish")
                .definedBy("io.captionstream.publish..")
                .layer("deadletters")
                .definedBy("io.captionstream.deadletters..")
                .layer("tail")
                .definedBy("io.captionstream.tail..")
                .layer("provision")
                .definedBy("io.captionstream.provision..")
                .layer("doctor")
                .definedBy("io.captionstream.doctor..")
                .layer("operations")
                .definedBy("io.captionstream.operations..")
                .layer("replay")
                .definedBy("io.captionstream.replay..")
                .layer("live")
                .definedBy("io.captionstream.live..")
                .layer("streams")
                .definedBy("io.captionstream.streams..")
                .layer("tracing")
                .definedBy("io.captionstream.tracing..")
                .layer("service")
                .definedBy("io.captionstream.service..")
                .layer("cli")
                .definedBy("io.captionstream.cli..")
                .layer("main")
                .definedBy("io.captionstream")
                .whereLayer("event")
                .mayNotAccessAnyLayer()
                .whereLayer("text")
                .mayNotAccessAnyLayer()
                .whereLayer("image")
                .mayNotAccessAnyLayer()
                .whereLayer("network")
                .mayNotAccessAnyLayer()
                .whereLayer("scene")
                .mayNotAccessAnyLayer()
                .whereLayer("model")
                .mayOnlyAccessLayers("network", "text")
                .whereLayer("inference")
                .mayOnlyAccessLayers("model")
                .whereLayer("caption")
                .mayOnlyAccessLayers("event", "image", "inference", "model")
                .whereLayer("evaluation")
                .mayOnlyAccessLayers("text")
                .whereLayer("training")
                .mayOnlyAccessLayers("image", "network", "model", "text", "evaluation")
                .whereLayer("weights")
                .mayOnlyAccessLayers("network", "model", "text")
                .whereLayer("coco")
                .mayOnlyAccessLayers("connection", "event", "text")
                .whereLayer("report")
                .mayOnlyAccessLayers("image", "model", "training", "evaluation")
                .whereLayer("finetune")
                .mayOnlyAccessLayers("image", "network", "model", "text", "training", "evaluation")
                .whereLayer("labels")
                .mayOnlyAccessLayers("event", "image", "text", "training")
                .whereLayer("store")
                .mayOnlyAccessLayers("model")
                .whereLayer("release")
                .mayOnlyAccessLayers("event", "model", "store")
                .whereLayer("learning")
                .mayOnlyAccessLayers(
                        "event", "text", "network", "model", "training", "labels", "finetune", "store", "release")
                .whereLayer("connection")
                .mayOnlyAccessLayers("event")
                .whereLayer("publish")
                .mayOnlyAccessLayers("connection", "event")
                .whereLayer("deadletters")
                .mayOnlyAccessLayers("connection", "event")
                .whereLayer("tail")
                .mayOnlyAccessLayers("connection", "event", "image")
                .whereLayer("provision")
                .mayOnlyAccessLayers("connection", "event")
                .whereLayer("doctor")
                .mayOnlyAccessLayers("connection", "event", "model", "network", "provision", "store")
                .whereLayer("operations")
                .mayOnlyAccessLayers(
                        "connection",
                        "event",
                        "finetune",
                        "image",
                        "labels",
                        "learning",
                        "model",
                        "network",
                        "release",
                        "replay",
                        "store",
                        "text",
                        "training")
                .whereLayer("replay")
                .mayOnlyAccessLayers("caption", "connection", "event", "image", "inference", "model", "streams")
                .whereLayer("live")
                .mayOnlyAccessLayers("connection", "deadletters", "event", "image", "publish")
                .whereLayer("streams")
                .mayOnlyAccessLayers("event", "provision")
                .whereLayer("tracing")
                .mayOnlyAccessLayers("caption", "inference", "model")
                .whereLayer("service")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayOnlyBeAccessedByLayers("main")
                .check(CLASSES);
    }

    @Test
    void shouldHaveNoCycles() {
        slices().matching("io.captionstream.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void shouldKeepTheCoreFreeOfTheContainer() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackages("io.captionstream.service..", "io.captionstream")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "jakarta.enterprise..", "jakarta.inject..", "io.smallrye.config..")
                .check(CLASSES);
    }
}
