package dev.weirpool.queue.signing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The secrets that a process signs and verifies with: the first signs, all verify, so that one can take the place of another while
 * everything runs. Immutable, and never shown as text.
 */
public final class Keyring {

    /** The shortest secret that is taken. */
    public static final int MIN_BYTES = 16;

    /** The environment variable that holds the secrets, one a line. */
    public static final String SECRET = "WEIRPOOL_SECRET";

    /** The environment variable that names a file with them. */
    public static final String SECRET_FILE = "WEIRPOOL_SECRET_FILE";

    /** The environment variable that, if it is {@code true}, asks to go without. */
    public static final String UNSIGNED = "WEIRPOOL_UNSIGNED";

    /** All of them. */
    public static final Set<String> VARIABLES = Set.of(SECRET, SECRET_FILE, UNSIGNED);

    private static final int RANDOM_BYTES = 32;
    private static final int MOST = 16;
    private static final int MOST_REMEMBERED = 1000;
    private static final String PIPED_UNSIGNED = "unsigned";
    private static final AtomicBoolean warned = new AtomicBoolean();

    private static volatile @Nullable Keyring adopted;

    enum Kind {
        SIGNED,
        UNSIGNED,
        NONE
    }

    private final Kind kind;
    private final List<byte[]> secrets;
    private final Map<Direction, Map<String, Signer>> signers = new EnumMap<>(Direction.class);

    private Keyring(Kind kind, List<byte[]> secrets) {
        this.kind = kind;
        this.secrets = secrets;
        for (var direction : Direction.values()) {
            signers.put(direction, new ConcurrentHashMap<>());
        }
    }

    /**
     * One with these secrets, of which the first signs.
     *
     * @throws IllegalArgumentException if there is none or more than 16, or one is shorter than 16 bytes; it does not tell the secret
     */
    public static Keyring of(List<String> secrets) {
        return of(secrets, "");
    }

    /**
     * One with the secrets in {@code text}: one a line; empty lines, and those that begin with {@code #}, are passed over.
     *
     * @param source where it is from, for errors
     * @throws IllegalArgumentException as for {@link #of}
     */
    public static Keyring parse(String text, String source) {
        var secrets = text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        return of(secrets, " in " + source);
    }

    private static Keyring of(List<String> secrets, String where) {
        if (secrets.isEmpty() || secrets.size() > MOST) {
            throw new IllegalArgumentException(
                    "there must be 1 to " + MOST + " secrets" + where + ", got " + secrets.size());
        }
        var bytes = new ArrayList<byte[]>();
        for (var secret : secrets) {
            var one = secret.getBytes(UTF_8);
            if (one.length < MIN_BYTES) {
                throw new IllegalArgumentException("a secret must have at least " + MIN_BYTES + " bytes, and one"
                        + where + " has " + one.length + "; make one with: openssl rand -base64 32");
            }
            bytes.add(one);
        }
        return new Keyring(Kind.SIGNED, List.copyOf(bytes));
    }

    /** One with a secret that nobody else knows. */
    public static Keyring random() {
        return of(List.of(randomSecret()));
    }

    /** A secret to be given to {@link #of}. */
    public static String randomSecret() {
        var bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    /** One that signs nothing and takes whatever comes; who uses it is warned of that, once. */
    public static Keyring unsigned() {
        if (!warned.getAndSet(true)) {
            LoggerFactory.getLogger(Keyring.class)
                    .warn("nothing is signed: whoever can write to this Redis can have workers and clients run code");
        }
        return new Keyring(Kind.UNSIGNED, List.of());
    }

    /** One without secrets: whatever has to be signed or verified fails with a {@link MissingSecretException}. */
    public static Keyring none() {
        return new Keyring(Kind.NONE, List.of());
    }

    /**
     * What {@value #SECRET}, {@value #SECRET_FILE} or {@value #UNSIGNED} say; {@link #none} if they say nothing. In a worker what its
     * launcher uses.
     *
     * @throws IllegalArgumentException if they contradict each other, the file cannot be read, or a secret is too short
     */
    public static Keyring fromEnvironment() {
        var ours = adopted;
        return ours != null ? ours : from(System.getenv());
    }

    static Keyring from(Map<String, String> environment) {
        var secret = Optional.ofNullable(environment.get(SECRET)).filter(text -> !text.isBlank());
        var file = Optional.ofNullable(environment.get(SECRET_FILE)).filter(text -> !text.isBlank());
        var unsigned = environment.getOrDefault(UNSIGNED, "");
        if (!unsigned.isBlank() && !unsigned.equals("true") && !unsigned.equals("false")) {
            throw new IllegalArgumentException(UNSIGNED + " must be true or false, got " + unsigned);
        }
        if (unsigned.equals("true")) {
            if (secret.isPresent() || file.isPresent()) {
                throw new IllegalArgumentException(
                        UNSIGNED + "=true, and there is a secret as well: unset one of them");
            }
            return unsigned();
        }
        return secret.map(text -> parse(text, SECRET))
                .or(() -> file.map(name -> read(Path.of(name))))
                .orElseGet(Keyring::none);
    }

    /**
     * One with the secrets in {@code file}, in the form that {@link #parse} reads.
     *
     * @throws IllegalArgumentException if it cannot be read, or as for {@link #of}
     */
    public static Keyring read(Path file) {
        try {
            return parse(Files.readString(file), "file " + file);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the secrets in file " + file + ": " + e, e);
        }
    }

    /** The one that a process uses which was given none and has nobody to share it with but its own workers. */
    public static Keyring ofThisProcess() {
        return Own.KEYRING;
    }

    private static final class Own {
        private static final Keyring KEYRING = random();
    }

    /** Has {@link #fromEnvironment} give this one: what a worker runs uses what its launcher has given the worker. */
    public void adopt() {
        adopted = this;
    }

    /** Whether there is nothing to sign and verify with, though nobody asked for that. */
    public boolean isNone() {
        return kind == Kind.NONE;
    }

    /** Whether it signs nothing and takes whatever comes, as somebody has asked for. */
    public boolean isUnsigned() {
        return kind == Kind.UNSIGNED;
    }

    /** Whether one of its secrets has the key with that id. Others may have the same one: it tells that a signature is wrong, not that it is right. */
    public boolean hasKey(int keyId) {
        return secrets.stream().anyMatch(secret -> (keyId(new Hmac(secret)) & 0xff) == keyId);
    }

    /** This one, or {@code other} if this {@link #isNone}. */
    public Keyring or(Keyring other) {
        return isNone() ? other : this;
    }

    /**
     * Checks that one can sign with it, or need not.
     *
     * @throws MissingSecretException if it {@link #isNone}
     */
    public Keyring require() {
        if (isNone()) {
            throw new MissingSecretException();
        }
        return this;
    }

    /** What signs in that direction on that queue. */
    public Signer signer(Direction direction, String queue) {
        var known = signers.get(direction);
        if (known == null) {
            throw new IllegalStateException("no direction " + direction);
        }
        if (known.size() > MOST_REMEMBERED) { // each pool has a queue of its own
            known.clear();
        }
        return known.computeIfAbsent(
                queue,
                name -> new Signer(
                        kind,
                        secrets.stream()
                                .map(secret -> key(secret, direction, name))
                                .toList()));
    }

    private static Signer.Key key(byte[] secret, Direction direction, String queue) {
        var hmac = new Hmac(secret);
        var id = keyId(hmac); // first, because the code below lies in an array that the next one overwrites
        var derived = hmac.of(digest -> {
            digest.update("weirpool 1 ".getBytes(US_ASCII));
            digest.update((byte) direction.letter());
            digest.update((byte) ' ');
            digest.update(queue.getBytes(UTF_8));
        });
        return new Signer.Key(id, new Hmac(Arrays.copyOf(derived, Hmac.BYTES)));
    }

    /** Never that of what is not signed, nor the one that values begin with. */
    private static byte keyId(Hmac secret) {
        var id = secret.of(digest -> digest.update("weirpool key id".getBytes(US_ASCII)))[0] & 0xff;
        return (byte) (2 + id % 254);
    }

    /** Loads what the first signature needs, so that it does not take longer than others. */
    public static void load() {
        Hmac.load();
    }

    /** As it goes down the pipe to a worker: a line, and a secret. */
    public String toPipe() {
        require();
        return kind == Kind.UNSIGNED
                ? PIPED_UNSIGNED
                : String.join(
                        " ",
                        secrets.stream()
                                .map(Base64.getEncoder()::encodeToString)
                                .toList());
    }

    /** What {@link #toPipe} has written; it is not warned of again. */
    public static Keyring ofPipe(String text) {
        return text.equals(PIPED_UNSIGNED)
                ? new Keyring(Kind.UNSIGNED, List.of())
                : new Keyring(
                        Kind.SIGNED,
                        Arrays.stream(text.split(" ", -1))
                                .map(Base64.getDecoder()::decode)
                                .toList());
    }

    /** The variables that tell a process of ours to use this one. */
    public Map<String, String> toEnvironment() {
        require();
        return kind == Kind.UNSIGNED ? Map.of(UNSIGNED, "true") : Map.of(SECRET, lines());
    }

    private String lines() {
        return secrets.stream().map(secret -> new String(secret, UTF_8)).collect(Collectors.joining("\n"));
    }

    /**
     * Writes the secrets into {@code file}, which nobody else can read; {@link #read} reads it.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        var part = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                "secret",
                ".part",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(part, lines() + "\n");
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** How many secrets there are, and nothing of them. */
    @Override
    public String toString() {
        return switch (kind) {
            case SIGNED -> secrets.size() + (secrets.size() == 1 ? " secret" : " secrets");
            case UNSIGNED -> "unsigned";
            case NONE -> "no secret";
        };
    }
}
