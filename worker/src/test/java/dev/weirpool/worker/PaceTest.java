package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

    private static final int BYTES = 150;

    private final Pace pace = new Pace();

    private void ran(int count, long micros, int bytes) {
        for (var i = 0; i < count; i++) {
            pace.ran(micros * 1000, bytes);
        }
    }

    @Test
    void wantsOneAsLongAsNothingIsKnown() {
        assertThat(pace.want()).isEqualTo(1);
    }

    @Test
    void wantsAsManyAsTakeFiveMilliseconds() {
        ran(100, 100, BYTES);

        assertThat(pace.want()).isBetween(48, 52);
    }

    @Test
    void wantsNoMoreThan256HoweverShortTheyAre() {
        ran(100, 1, BYTES);

        assertThat(pace.want()).isEqualTo(256);
    }

    @Test
    void wantsOneOfThoseThatTakeLong() {
        ran(100, 1, BYTES);
        ran(40, 1_000_000, BYTES);

        assertThat(pace.want()).isEqualTo(1);
    }

    @Test
    void forgetsALongOneSoon() {
        ran(100, 10, BYTES);
        ran(1, 10_000_000, BYTES);
        ran(10, 10, BYTES);

        assertThat(pace.want()).isGreaterThan(100);
    }

    @Test
    void wantsFewerWhenSomeHadToBeGivenBack() {
        ran(100, 10, BYTES);

        pace.gaveBack();
        assertThat(pace.want()).isBetween(55, 65);

        pace.gaveBack();
        pace.gaveBack();
        assertThat(pace.want()).isEqualTo(1);
    }

    @Test
    void wantsFewOfThoseThatAreLarge() {
        ran(100, 1, 200_000);

        assertThat(pace.want()).isLessThan(5);
    }
}
