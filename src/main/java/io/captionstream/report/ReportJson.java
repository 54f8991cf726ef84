package io.captionstream.report;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.model.Alternative;
import io.captionstream.report.Report.CaptionScore;
import io.captionstream.report.Report.ImageScore;
import io.captionstream.report.Report.SystemScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A report for programs, one image a line. Beams are written as in caption events. */
final class ReportJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ReportJson() {}

    static void write(Report report, Path file) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(file.toFile(), JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeStringField("createdAt", report.createdAt().toString());
            writeTexts(json, "data", report.data());
            json.writeArrayFieldStart("systems");
            for (SystemScore system : report.systems()) {
                json.writeStartObject();
                json.writeStringField("name", system.name());
                writeTexts(json, "properties", system.properties());
                writeMetrics(json, system.metrics());
                json.writeEndObject();
            }
            json.writeEndArray();
            writeTexts(json, "leftOut", report.failures());
            json.writeArrayFieldStart("images");
            for (ImageScore image : report.images()) {
                json.writeRaw('\n');
                write(json, image, report);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void write(JsonGenerator json, ImageScore image, Report report) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", image.image().id());
        json.writeStringField("image", image.image().file().toString());
        json.writeArrayFieldStart("references");
        for (String reference : image.image().captions()) {
            json.writeString(reference);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("captions");
        for (int i = 0; i < image.captions().size(); i++) {
            CaptionScore score = image.captions().get(i);
            json.writeStartObject();
            json.writeStringField("system", report.systems().get(i).name());
            json.writeStringField("caption", score.caption().text());
            if (score.caption().confidence() != null) {
                json.writeNumberField("confidence", score.caption().confidence());
            }
            writeMetrics(json, score.metrics());
            json.writeArrayFieldStart("alternatives");
            for (Alternative alternative : score.caption().alternatives()) {
                write(json, alternative);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Alternative alternative) throws IOException {
        json.writeStartObject();
        json.writeStringField("text", alternative.text());
        json.writeNumberField("logProbability", alternative.logProbability());
        json.writeNumberField("score", alternative.score());
        json.writeBooleanField("complete", alternative.complete());
        json.writeArrayFieldStart("tokens");
        for (Alternative.Token token : alternative.tokens()) {
            json.writeStartObject();
            json.writeStringField("token", token.text());
            json.writeNumberField("logProbability", token.logProbability());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeTexts(JsonGenerator json, String field, Map<String, String> texts) throws IOException {
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeMetrics(JsonGenerator json, Map<String, Double> metrics) throws IOException {
        json.writeObjectFieldStart("metrics");
        for (Map.Entry<String, Double> entry : metrics.entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }
}
