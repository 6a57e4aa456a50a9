package dev.weirpool.queue.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyringTest {
    private static final String OLD = "the old secret of a fleet";
    private static final String NEW = "the new secret of a fleet";
    private static final byte[] HERE = {1, 2, 3};
    private static final byte[] CONTENT = "what is signed".getBytes(UTF_8);

    @TempDir
    Path directory;

    @Test
    void opensWhatItHasSealed() {
        var signer = signer(Keyring.of(List.of(NEW)));

        assertThat(signer.open(HERE, signer.seal(HERE, CONTENT))).isEqualTo(CONTENT);
        assertThat(signer.open(HERE, signer.seal(HERE, new byte[0]))).isEmpty();
    }

    @Test
    void refusesWhatHasOneBitFlippedWherever() {
        var signer = signer(Keyring.of(List.of(NEW)));
        var sealed = signer.seal(HERE, CONTENT);

        for (var i = 0; i < sealed.length * 8; i++) {
            var damaged = sealed.clone();
            damaged[i / 8] ^= (byte) (1 << i % 8);
            assertThatThrownBy(() -> signer.open(HERE, damaged))
                    .as("bit %s", i)
                    .isInstanceOf(WrongSignatureException.class);
        }
        for (var length = 0; length < sealed.length; length++) {
            var cut = java.util.Arrays.copyOf(sealed, length);
            assertThatThrownBy(() -> signer.open(HERE, cut)).isInstanceOf(WrongSignatureException.class);
        }
    }

    @Test
    void refusesWhatWasSealedForAnotherUse() {
        var keyring = Keyring.of(List.of(NEW));
        var sealed = signer(keyring).seal(HERE, CONTENT);

        assertThatThrownBy(() -> signer(keyring).open(new byte[] {1, 2}, sealed))
                .hasMessage("its signature is wrong");
        assertThatThrownBy(() -> keyring.signer(Direction.RESULT, "images").open(HERE, sealed))
                .hasMessage("its signature is wrong");
        assertThatThrownBy(() -> keyring.signer(Direction.ITEM, "image").open(HERE, sealed))
                .hasMessage("its signature is wrong");
        assertThatThrownBy(() -> signer(Keyring.of(List.of(OLD))).open(HERE, sealed))
                .hasMessageContaining("which no secret of this process has");
    }

    @Test
    void takesWhatAnyOfItsSecretsHasSignedAndSignsWithTheFirst() {
        var old = signer(Keyring.of(List.of(OLD)));
        var both = signer(Keyring.of(List.of(NEW, OLD)));
        var young = signer(Keyring.of(List.of(NEW)));

        assertThat(both.open(HERE, old.seal(HERE, CONTENT))).isEqualTo(CONTENT);
        assertThat(young.open(HERE, both.seal(HERE, CONTENT))).isEqualTo(CONTENT);
        assertThatThrownBy(() -> young.open(HERE, old.seal(HERE, CONTENT))).isInstanceOf(WrongSignatureException.class);
    }

    @Test
    void findsTheRightOneAmongSecretsWhoseKeysHaveTheSameId() {
        var ids = new HashSet<Byte>();
        var first = 0;
        while (ids.add(signer(numbered(first)).keyId())) { // 255 ids, so there are two of one soon
            first++;
        }
        var second = first;
        var twin = 0;
        while (signer(numbered(twin)).keyId() != signer(numbered(second)).keyId()) {
            twin++;
        }
        assertThat(twin).isNotEqualTo(second);

        var both = signer(Keyring.of(List.of("a secret with number " + twin, "a secret with number " + second)));

        assertThat(both.open(HERE, signer(numbered(second)).seal(HERE, CONTENT)))
                .isEqualTo(CONTENT);
        assertThat(both.open(HERE, signer(numbered(twin)).seal(HERE, CONTENT))).isEqualTo(CONTENT);
    }

    private static Keyring numbered(int number) {
        return Keyring.of(List.of("a secret with number " + number));
    }

    @Test
    void readsOneSecretALineAndPassesOverRemarks() throws Exception {
        var file = directory.resolve("secrets");
        Files.writeString(file, "# since May\n  " + NEW + " \n\n" + OLD + "\n");

        var signer = signer(Keyring.from(Map.of(Keyring.SECRET_FILE, file.toString())));

        assertThat(signer.keyId()).isEqualTo(signer(Keyring.of(List.of(NEW))).keyId());
        assertThat(signer.open(HERE, signer(Keyring.of(List.of(OLD))).seal(HERE, CONTENT)))
                .isEqualTo(CONTENT);
    }

    @Test
    void refusesAShortSecretWithoutTellingIt() {
        assertThatThrownBy(() -> Keyring.of(List.of("fifteen letters")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a secret must have at least 16 bytes, and one has 15; make one with: openssl rand -base64 32");
        assertThatThrownBy(() -> Keyring.from(Map.of(Keyring.SECRET, NEW + "\nshort")))
                .hasMessageContaining("one in WEIRPOOL_SECRET has 5")
                .hasMessageNotContaining("short;");
        assertThatThrownBy(() -> Keyring.from(Map.of(Keyring.SECRET_FILE, directory + "/none")))
                .hasMessageContaining("cannot read the secrets in file " + directory + "/none");
        assertThatThrownBy(() -> Keyring.parse("# nothing\n", "file x")).hasMessageContaining("in file x, got 0");
    }

    @Test
    void namesTheRemedyWhereThereIsNoSecret() {
        var none = Keyring.from(Map.of());

        assertThat(none.isNone()).isTrue();
        assertThatThrownBy(() -> signer(none).seal(HERE, CONTENT))
                .isInstanceOf(MissingSecretException.class)
                .hasMessageContaining("WEIRPOOL_SECRET")
                .hasMessageContaining("openssl rand -base64 32")
                .hasMessageContaining("WEIRPOOL_UNSIGNED=true")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> signer(none).open(HERE, new byte[40])).isInstanceOf(MissingSecretException.class);
    }

    @Test
    void goesUnsignedOnlyWhenAskedTo() {
        var unsigned = signer(Keyring.from(Map.of(Keyring.UNSIGNED, "true")));
        var signed = signer(Keyring.of(List.of(NEW)));

        assertThat(unsigned.open(HERE, unsigned.seal(HERE, CONTENT))).isEqualTo(CONTENT);
        assertThat(unsigned.open(HERE, signed.seal(HERE, CONTENT))).isEqualTo(CONTENT);
        assertThatThrownBy(() -> signed.open(HERE, unsigned.seal(HERE, CONTENT)))
                .hasMessage("it is not signed");
        assertThatThrownBy(() -> Keyring.from(Map.of(Keyring.UNSIGNED, "true", Keyring.SECRET, NEW)))
                .hasMessageContaining("unset one of them");
        assertThatThrownBy(() -> Keyring.from(Map.of(Keyring.UNSIGNED, "yes"))).hasMessageContaining("true or false");
        assertThat(Keyring.from(Map.of(Keyring.UNSIGNED, "false")).isNone()).isTrue();
    }

    @Test
    void goesDownAPipeAndIsNeverShown() {
        var keyring = Keyring.of(List.of(NEW, OLD));

        var arrived = Keyring.ofPipe(keyring.toPipe());

        assertThat(signer(arrived).open(HERE, signer(keyring).seal(HERE, CONTENT)))
                .isEqualTo(CONTENT);
        assertThat(keyring).hasToString("2 secrets");
        assertThat(signer(keyring).toString()).doesNotContain("secret of a fleet");
        assertThat(Keyring.ofPipe(Keyring.unsigned().toPipe())).hasToString("unsigned");
        assertThatThrownBy(() -> Keyring.none().toPipe()).isInstanceOf(MissingSecretException.class);
    }

    @Test
    void isAnotherEachTimeItIsMadeAtRandom() {
        assertThat(Keyring.randomSecret()).hasSizeGreaterThan(40).isNotEqualTo(Keyring.randomSecret());
        assertThatThrownBy(() -> signer(Keyring.random())
                        .open(HERE, signer(Keyring.random()).seal(HERE, CONTENT)))
                .isInstanceOf(WrongSignatureException.class);
    }

    private static Signer signer(Keyring keyring) {
        return keyring.signer(Direction.ITEM, "images");
    }
}
