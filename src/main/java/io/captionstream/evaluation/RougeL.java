package io.captionstream.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * ROUGE-L of Lin (2004), "ROUGE: A Package for Automatic Evaluation of Summaries", computed as {@code rouge.py} of
 * coco-caption does. With the longest common subsequence of caption and reference, {@code P} is its largest share of the
 * caption and {@code R} its largest share of a reference, over all references and each by itself; the score is {@code (1 +
 * b^2) P R / (R + b^2 P)} with {@code b = 1.2}. Of all images together the mean. From 0 to 1.
 */
public final class RougeL implements CaptionMetric {
    private static final double BETA_SQUARED = 1.2 * 1.2;

    @Override
    public String name() {
        return "ROUGE-L";
    }

    @Override
    public MetricScore score(List<CaptionCase> cases) {
        checkArgument(!cases.isEmpty(), "cases is empty");
        return MetricScore.mean(cases.stream().map(RougeL::score).toList());
    }

    private static double score(CaptionCase item) {
        double precision = 0;
        double recall = 0;
        for (List<String> reference : item.references()) {
            int common = longestCommonSubsequence(item.candidate(), reference);
            if (common > 0) {
                precision =
                        Math.max(precision, (double) common / item.candidate().size());
                recall = Math.max(recall, (double) common / reference.size());
            }
        }
        return precision == 0 ? 0 : (1 + BETA_SQUARED) * precision * recall / (recall + BETA_SQUARED * precision);
    }

    private static int longestCommonSubsequence(List<String> left, List<String> right) {
        // Row by row; a cell is the length for the words of the left up to the row and of the right before the column.
        int[] row = new int[right.size() + 1];
        for (String word : left) {
            int diagonal = 0;
            for (int column = 1; column < row.length; column++) {
                int above = row[column];
                row[column] = word.equals(right.get(column - 1)) ? diagonal + 1 : Math.max(above, row[column - 1]);
                diagonal = above;
            }
        }
        return row[right.size()];
    }
}
