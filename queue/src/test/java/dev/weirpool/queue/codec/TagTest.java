package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Messages wait in Redis while workers are deployed, so the bytes of yesterday must be readable today. */
class TagTest {
    private final Codec codec = new Codec();

    @Test
    void keepsTheNumbersThatHaveBeenGivenOut() {
        // when this fails because a tag was appended, extend it; when for another reason, old messages became
        // unreadable
        String registry = Arrays.stream(Tag.values())
                .map(tag -> tag.number + " " + tag + " " + tag.className)
                .collect(Collectors.joining("\n"));

        assertThat(Tag.values()).hasSize(154);
        assertThat(registry.hashCode()).isEqualTo(846244139);
    }

    @Test
    void namesClassesOfThisJdk() {
        for (Tag tag : Tag.values()) {
            if (tag.className != null) {
                assertThat(tag.type().getName()).isEqualTo(tag.className);
            }
        }
    }

    @Test
    void readsMessagesOfTheFirstVersion() {
        assertThat(read("01320507026109020a030b00000000000004400801")).isEqualTo(List.of("a", 1, -2L, 2.5, true));
        assertThat(
                        read(
                                "01470107026b02005a6465762e77656972706f6f6c2e71756575652e636f6465632e457665727964617956616c75657324506f696e7400020278027909020903"))
                .isEqualTo(Map.of("k", new EverydayValues.Point(1, -2)));
        assertThat(
                        read(
                                "010402005a6465762e77656972706f6f6c2e71756575652e636f6465632e457665727964617956616c75657324436f6c6f720a475245454e"))
                .isEqualTo(EverydayValues.Color.GREEN);
    }

    private Object read(String hex) {
        return codec.decode(HexFormat.of().parseHex(hex));
    }
}
