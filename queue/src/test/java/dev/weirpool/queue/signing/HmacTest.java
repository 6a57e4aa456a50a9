package dev.weirpool.queue.signing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class HmacTest {

    @Test
    void isTheOneOfTheJdkWhateverTheLengthsOfKeyAndContent() throws Exception {
        var random = new Random(4231);
        for (var length = 1; length < 300; length++) {
            var key = bytes(random, length);
            var content = bytes(random, random.nextInt(400) * (length % 10 == 0 ? 20 : 1));
            var theirs = Mac.getInstance("HmacSHA256");
            theirs.init(new SecretKeySpec(key, "HmacSHA256"));

            assertThat(new Hmac(key).of(digest -> digest.update(content)))
                    .as("a key of %s bytes", length)
                    .isEqualTo(theirs.doFinal(content));
        }
    }

    @Test
    void isTheSameInWhateverPiecesItIsFed() {
        var random = new Random(4232);
        var hmac = new Hmac(new byte[32]);
        for (var round = 0; round < 300; round++) {
            var content = bytes(random, random.nextInt(5000));
            var whole = hmac.of(digest -> digest.update(content)).clone();

            var inPieces = hmac.of(digest -> {
                for (var fed = 0; fed < content.length; ) {
                    if (random.nextBoolean()) {
                        digest.update(content[fed++]);
                    } else {
                        var piece = Math.min(content.length - fed, random.nextInt(2000));
                        digest.update(content, fed, piece);
                        fed += piece;
                    }
                }
            });

            assertThat(inPieces).as("%s bytes", content.length).isEqualTo(whole);
        }
    }

    @Test
    void isTheOneOfTheStandard() { // RFC 4231, test case 2
        var code = new Hmac("Jefe".getBytes(US_ASCII))
                .of(digest -> digest.update("what do ya want for nothing?".getBytes(US_ASCII)));

        assertThat(HexFormat.of().formatHex(code))
                .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    @Test
    void isNotUpsetByAContentThatThrew() {
        var hmac = new Hmac(new byte[32]);
        var before = hmac.of(digest -> digest.update((byte) 1)).clone();

        assertThatThrownBy(() -> hmac.of(digest -> {
                    digest.update((byte) 2);
                    digest.update(new byte[5000]);
                    throw new IllegalStateException("no more");
                }))
                .hasMessage("no more");

        assertThat(hmac.of(digest -> digest.update((byte) 1))).isEqualTo(before);
    }

    private static byte[] bytes(Random random, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
