package io.captionstream.training;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** The course of a run as a picture and as JSON, written anew after every epoch. */
public final class TrainingCurves implements TrainingListener {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 420;
    private static final int METRICS_HEIGHT = 240;
    // Told apart by the colour-blind as well (Okabe and Ito 2008).
    private static final Color[] COLORS = {new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73)};
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path picture;
    private final Path json;

    /**
     * @param picture a PNG file
     * @param json an array of one object per epoch; what an epoch has not is null there
     */
    public TrainingCurves(Path picture, Path json) {
        this.picture = requireNonNull(picture, "picture is null");
        this.json = requireNonNull(json, "json is null");
    }

    /** @throws UncheckedIOException if a file cannot be written */
    @Override
    public void onHistory(TrainingHistory history) {
        if (history.epochs().isEmpty()) {
            return;
        }
        try {
            replace(json, out -> JSON.writeValue(out, array(history)));
            boolean decoded = history.best().isPresent();
            replace(
                    picture,
                    out -> ChartUtils.writeChartAsPNG(
                            out, chart(history, decoded), WIDTH, decoded ? HEIGHT + METRICS_HEIGHT : HEIGHT));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the curves: " + e.getMessage(), e);
        }
    }

    private static ArrayNode array(TrainingHistory history) {
        ArrayNode epochs = JSON.createArrayNode();
        for (EpochResult epoch : history.epochs()) {
            ObjectNode node = epochs.addObject()
                    .put("epoch", epoch.epoch())
                    .put("trainingLoss", epoch.trainingLoss())
                    .put("validationLoss", Double.isNaN(epoch.validationLoss()) ? null : epoch.validationLoss())
                    .put("learningRate", epoch.learningRate());
            ObjectNode metrics = node.putObject("metrics");
            epoch.metrics().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(metric -> metrics.put(metric.getKey(), metric.getValue()));
        }
        return epochs;
    }

    private static JFreeChart chart(TrainingHistory history, boolean decoded) {
        NumberAxis epochs = new NumberAxis("epoch");
        epochs.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
        epochs.setAutoRangeIncludesZero(false);
        CombinedDomainXYPlot plot = new CombinedDomainXYPlot(epochs);
        XYSeriesCollection losses = new XYSeriesCollection();
        losses.addSeries(series(history, "training loss", EpochResult::trainingLoss));
        losses.addSeries(series(history, "validation loss", EpochResult::validationLoss));
        plot.add(plot(losses, "nats per word"), 2);
        if (decoded) {
            XYSeriesCollection metrics = new XYSeriesCollection();
            metrics.addSeries(series(history, "CIDEr-D", epoch -> metric(epoch, TrainingHistory.CIDER)));
            plot.add(plot(metrics, "CIDEr-D of validation images"), 1);
        }
        JFreeChart chart = new JFreeChart(null, JFreeChart.DEFAULT_TITLE_FONT, plot, true);
        chart.setBackgroundPaint(Color.WHITE);
        return chart;
    }

    private static double metric(EpochResult epoch, String name) {
        return epoch.metrics().getOrDefault(name, Double.NaN);
    }

    private static XYSeries series(TrainingHistory history, String name, ToDoubleFunction<EpochResult> value) {
        XYSeries series = new XYSeries(name);
        history.epochs().forEach(epoch -> series.add(epoch.epoch(), value.applyAsDouble(epoch)));
        return series;
    }

    private static XYPlot plot(XYSeriesCollection data, String unit) {
        NumberAxis axis = new NumberAxis(unit);
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
        for (int i = 0; i < data.getSeriesCount(); i++) {
            renderer.setSeriesPaint(i, COLORS[i]);
            renderer.setSeriesStroke(i, new BasicStroke(2));
        }
        XYPlot plot = new XYPlot(data, null, axis, renderer);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        return plot;
    }

    /** Whoever looks at the file sees the old or the new one. */
    private static void replace(Path file, Content content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path written = Files.createTempFile(folder, file.getFileName().toString(), ".part");
        try {
            try (OutputStream out = Files.newOutputStream(written)) {
                content.write(out);
            }
            Files.move(written, file, REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private interface Content {
        void write(OutputStream out) throws IOException;
    }
}
