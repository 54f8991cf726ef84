package io.captionstream.network;

import io.captionstream.text.Vocabulary;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Both decoders and the beam search in plain Java with doubles, from the published definitions and independent of the
 * graph: one image at a time, one list of candidates per step.
 */
public final class ReferenceSearch {
    private final Weights weights;
    private final boolean merge;
    private final int hidden;
    private final int vocabulary;

    /** @param weights names with the prefix of the decoder; a merge decoder if there is an {@code fc} layer */
    public ReferenceSearch(Weights weights) {
        this.weights = weights;
        this.merge = weights.contains("decoder.fc.weight");
        this.hidden = (int) weights.shape("decoder.lstm.weight_hh_l0")[1];
        this.vocabulary = (int) weights.shape("decoder.emb.weight")[0];
    }

    private record Candidate(List<Integer> ids, List<Double> parts, double sum, double[] h, double[] c) {
        boolean finished() {
            return !ids.isEmpty() && ids.get(ids.size() - 1) == Vocabulary.END;
        }
    }

    public List<Beam> search(double[] features, int width, int length) {
        double[] image = linear("decoder.img", features);
        double[][] state = {new double[hidden], new double[hidden]};
        if (merge) {
            relu(image);
        } else {
            state = step(image, state);
        }
        List<Candidate> beams = List.of(new Candidate(List.of(), List.of(), 0, state[0], state[1]));
        for (int t = 0; t < length && !beams.stream().allMatch(Candidate::finished); t++) {
            List<Candidate> candidates = new ArrayList<>();
            for (Candidate beam : beams) {
                if (beam.finished()) {
                    candidates.add(beam);
                    continue;
                }
                int last = t == 0 ? Vocabulary.START : beam.ids.get(t - 1);
                double[][] next = step(embedding(last), new double[][] {beam.h, beam.c});
                double[] logProbs = logSoftmax(scores(next[0], image));
                for (int word = 0; word < vocabulary; word++) {
                    List<Integer> ids = new ArrayList<>(beam.ids);
                    ids.add(word);
                    List<Double> parts = new ArrayList<>(beam.parts);
                    parts.add(logProbs[word]);
                    candidates.add(new Candidate(ids, parts, beam.sum + logProbs[word], next[0], next[1]));
                }
            }
            candidates.sort(Comparator.comparingDouble((Candidate candidate) -> -candidate.sum));
            beams = List.copyOf(candidates.subList(0, width));
        }
        return beams.stream()
                .map(beam -> new Beam(beam.ids, beam.finished(), beam.sum, beam.parts))
                .toList();
    }

    private double[] scores(double[] h, double[] image) {
        if (!merge) {
            return linear("decoder.out", h);
        }
        double[] joined = h.clone();
        for (int i = 0; i < hidden; i++) {
            joined[i] += image[i];
        }
        double[] dense = linear("decoder.fc", joined);
        relu(dense);
        return linear("decoder.out", dense);
    }

    private double[][] step(double[] x, double[][] state) {
        double[] input = affine("decoder.lstm.weight_ih_l0", "decoder.lstm.bias_ih_l0", x);
        double[] recurrent = affine("decoder.lstm.weight_hh_l0", "decoder.lstm.bias_hh_l0", state[0]);
        double[] h = new double[hidden];
        double[] c = new double[hidden];
        for (int i = 0; i < hidden; i++) {
            double in = sigmoid(input[i] + recurrent[i]);
            double forget = sigmoid(input[hidden + i] + recurrent[hidden + i]);
            double cell = Math.tanh(input[2 * hidden + i] + recurrent[2 * hidden + i]);
            double out = sigmoid(input[3 * hidden + i] + recurrent[3 * hidden + i]);
            c[i] = forget * state[1][i] + in * cell;
            h[i] = out * Math.tanh(c[i]);
        }
        return new double[][] {h, c};
    }

    private double[] embedding(int word) {
        FloatBuffer values = weights.values("decoder.emb.weight");
        double[] vector = new double[(int) weights.shape("decoder.emb.weight")[1]];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = values.get(word * vector.length + i);
        }
        return vector;
    }

    private double[] linear(String layer, double[] x) {
        return affine(layer + ".weight", layer + ".bias", x);
    }

    private double[] affine(String kernel, String bias, double[] x) {
        FloatBuffer values = weights.values(kernel);
        FloatBuffer shift = weights.values(bias);
        double[] y = new double[shift.remaining()];
        for (int row = 0; row < y.length; row++) {
            double sum = shift.get(row);
            for (int i = 0; i < x.length; i++) {
                sum += x[i] * values.get(row * x.length + i);
            }
            y[row] = sum;
        }
        return y;
    }

    private static double[] logSoftmax(double[] scores) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            largest = Math.max(largest, score);
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - largest);
        }
        double[] result = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            result[i] = scores[i] - largest - Math.log(sum);
        }
        return result;
    }

    private static void relu(double[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.max(0, x[i]);
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
