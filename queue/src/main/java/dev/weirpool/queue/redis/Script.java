package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua file that Redis runs as one atomic step. */
public final class Script {

    private final String name;
    private final byte[] text;
    private final byte[] sha1;

    private Script(String name, byte[] text) {
        this.name = name;
        this.text = text;
        this.sha1 = HexFormat.of().formatHex(digest(text)).getBytes(UTF_8);
    }

    /** Reads {@code name.lua} from beside {@code owner}. */
    public static Script load(Class<?> owner, String name) {
        try (var in = owner.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("no " + name + ".lua beside " + owner.getName());
            }
            return new Script(name, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] text() {
        return text;
    }

    byte[] sha1() {
        return sha1;
    }

    @Override
    public String toString() {
        return name + ".lua";
    }

    private static byte[] digest(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
