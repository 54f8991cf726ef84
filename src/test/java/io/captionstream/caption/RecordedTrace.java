package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.captionstream.inference.Inference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.Headers;

/** A trace that keeps what it is told, and puts the offset into a header if there is such a one. */
final class RecordedTrace implements ImageTrace {
    private static final String HEADER = "trace";

    private final long offset;
    private final List<String> told;

    RecordedTrace(long offset, List<String> told) {
        this.offset = offset;
        this.told = told;
        tell("received");
    }

    private void tell(String what) {
        told.add(offset + " " + what);
    }

    @Override
    public void submitted(String model, boolean trial, CompletableFuture<Inference> inference) {
        tell("submitted " + model);
    }

    @Override
    public void postponed(String reason) {
        tell("postponed");
    }

    @Override
    public void inject(Headers headers) {
        if (headers.lastHeader(HEADER) != null) {
            headers.remove(HEADER);
            headers.add(HEADER, Long.toString(offset).getBytes(UTF_8));
        }
    }

    @Override
    public void captioned() {
        tell("captioned");
    }

    @Override
    public void deadLettered(ErrorCode code, Stage stage) {
        tell("dead-lettered " + code + " " + stage);
    }

    @Override
    public void abandoned() {
        tell("abandoned");
    }
}
