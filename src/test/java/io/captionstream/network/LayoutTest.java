package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayoutTest {
    @Test
    void shouldTurnAKernelFromOutputsFirstToOutputsLast() {
        long[] stored = {2, 1, 1, 2};
        assertThat(Layout.CONVOLUTION.toGraph(new float[] {1, 2, 3, 4}, stored)).containsExactly(1, 3, 2, 4);
        assertThat(Layout.CONVOLUTION.graphShape(new long[] {5, 6, 7, 8})).containsExactly(7, 8, 6, 5);
        assertThat(Layout.LINEAR.toGraph(new float[] {1, 2, 3, 4, 5, 6}, new long[] {2, 3}))
                .containsExactly(1, 4, 2, 5, 3, 6);
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void shouldComeBackToWhereItCameFrom(Layout layout) {
        long[] stored = layout == Layout.CONVOLUTION ? new long[] {2, 3, 5, 7} : new long[] {10, 21};
        float[] values = new float[210];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        assertThat(layout.toStored(layout.toGraph(values, stored), stored)).containsExactly(values);
    }
}
