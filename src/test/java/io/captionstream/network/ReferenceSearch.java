package io.captionstream.network;

import io.captionstream.text.Vocabulary;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Both decoders and the searches in plain Java with doubles, from the published definitions and independent of the
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

    /** @param key what the search ranks by before any length penalty: the sum, less what steering took off it */
    private record Candidate(List<Integer> ids, List<Double> parts, double sum, double key, double[] h, double[] c) {
        boolean finished() {
            return !ids.isEmpty() && ids.get(ids.size() - 1) == Vocabulary.END;
        }
    }

    public List<Beam> search(double[] features, int width, int length) {
        return search(features, width, length, Steering.NONE);
    }

    /** Beams group by group, each group best first. */
    List<Beam> search(double[] features, int width, int length, Steering steering) {
        double[] image = image(features);
        double[][] state = initial(image);
        int perGroup = width / steering.groups();
        List<List<Candidate>> groups = new ArrayList<>();
        for (int group = 0; group < steering.groups(); group++) {
            groups.add(List.of(new Candidate(List.of(), List.of(), 0, 0, state[0], state[1])));
        }
        for (int t = 0; t < length && !groups.stream().flatMap(List::stream).allMatch(Candidate::finished); t++) {
            int[] chosen = new int[vocabulary];
            for (int group = 0; group < groups.size(); group++) {
                List<Candidate> extended = extended(groups.get(group), image, chosen, steering);
                extended.sort(Comparator.comparingDouble(candidate ->
                        -candidate.key / Math.pow((5.0 + candidate.ids.size()) / 6, steering.lengthPenalty())));
                List<Candidate> best = List.copyOf(extended.subList(0, perGroup));
                for (Candidate candidate : best) {
                    if (candidate.ids.size() == t + 1) {
                        chosen[candidate.ids.get(t)]++;
                    }
                }
                groups.set(group, best);
            }
        }
        return groups.stream()
                .flatMap(List::stream)
                .map(beam -> new Beam(beam.ids, beam.finished(), beam.sum, beam.parts))
                .toList();
    }

    private List<Candidate> extended(List<Candidate> beams, double[] image, int[] chosen, Steering steering) {
        List<Candidate> candidates = new ArrayList<>();
        for (Candidate beam : beams) {
            if (beam.finished()) {
                candidates.add(beam);
                continue;
            }
            double[][] next = next(beam.ids, new double[][] {beam.h, beam.c});
            double[] logProbs = logSoftmax(scores(next[0], image));
            for (int word = 0; word < vocabulary; word++) {
                List<Integer> ids = with(beam.ids, word);
                List<Double> parts = with(beam.parts, logProbs[word]);
                double key = beam.key
                        + logProbs[word]
                        - chosen[word] * steering.diversity()
                        - (isForbidden(ids, steering) ? 10_000 : 0);
                candidates.add(new Candidate(ids, parts, beam.sum + logProbs[word], key, next[0], next[1]));
            }
        }
        return candidates;
    }

    /** A caption whose words are drawn with these numbers. */
    Beam sample(double[] features, float[] noise, double temperature, int topK, Steering steering) {
        double[] image = image(features);
        double[][] state = initial(image);
        List<Integer> ids = new ArrayList<>();
        List<Double> parts = new ArrayList<>();
        double sum = 0;
        for (float number : noise) {
            if (!ids.isEmpty() && ids.get(ids.size() - 1) == Vocabulary.END) {
                break;
            }
            state = next(ids, state);
            double[] logProbs = logSoftmax(scores(state[0], image));
            double[] steered = logProbs.clone();
            for (int word = 0; word < vocabulary; word++) {
                steered[word] -= isForbidden(with(ids, word), steering) ? 10_000 : 0;
            }
            double[] sorted = Arrays.stream(steered).sorted().toArray();
            double least = topK == 0 ? Double.NEGATIVE_INFINITY : sorted[vocabulary - Math.min(topK, vocabulary)];
            double[] weights = Arrays.stream(logSoftmax(Arrays.stream(steered)
                            .map(score -> score < least ? Double.NEGATIVE_INFINITY : score / temperature)
                            .toArray()))
                    .map(Math::exp)
                    .toArray();
            int word = 0;
            for (double cumulated = weights[0]; cumulated <= number; cumulated += weights[word]) {
                word++;
            }
            ids.add(word);
            parts.add(logProbs[word]);
            sum += logProbs[word];
        }
        return new Beam(ids, ids.get(ids.size() - 1) == Vocabulary.END, sum, parts);
    }

    private static boolean isForbidden(List<Integer> ids, Steering steering) {
        int last = ids.size() - 1;
        if (ids.get(last) == Vocabulary.END && ids.size() < steering.minLength()) {
            return true;
        }
        int n = steering.noRepeat();
        if (n == 0 || ids.size() <= n) {
            return false;
        }
        return Collections.indexOfSubList(ids.subList(0, last), ids.subList(ids.size() - n, ids.size())) >= 0;
    }

    private static <T> List<T> with(List<T> list, T element) {
        List<T> longer = new ArrayList<>(list);
        longer.add(element);
        return longer;
    }

    private double[] image(double[] features) {
        double[] image = linear("decoder.img", features);
        if (merge) {
            relu(image);
        }
        return image;
    }

    private double[][] initial(double[] image) {
        double[][] zeros = {new double[hidden], new double[hidden]};
        return merge ? zeros : step(image, zeros);
    }

    private double[][] next(List<Integer> ids, double[][] state) {
        return step(embedding(ids.isEmpty() ? Vocabulary.START : ids.get(ids.size() - 1)), state);
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
