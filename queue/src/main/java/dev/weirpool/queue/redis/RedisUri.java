package dev.weirpool.queue.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/** The address of a Redis server: {@code redis://[user:password@]host[:port][/database]}, {@code rediss://} for TLS. */
public final class RedisUri {

    private static final int DEFAULT_PORT = 6379;
    private static final Set<String> SCHEMES = Set.of("redis", "rediss");

    private RedisUri() {}

    /**
     * Reads an address and fills in the default port.
     *
     * @throws IllegalArgumentException naming what is wrong, never the password
     */
    public static URI parse(String text) {
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a Redis address: " + masked(text)
                    + "; write redis://host:6379, with special characters of a" + " password percent-encoded");
        }
        if (uri.getScheme() == null || !SCHEMES.contains(uri.getScheme())) {
            throw new IllegalArgumentException("not a Redis address: " + masked(text)
                    + "; it must begin with redis:// or rediss://, for example redis://localhost:6379");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "no host in the Redis address " + masked(text) + "; write redis://host:6379");
        }
        database(uri);
        var port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        var userInfo = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo() + "@";
        var path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return URI.create(uri.getScheme() + "://" + userInfo + uri.getHost() + ":" + port + path);
    }

    /** The address as it may be shown: without user and password. */
    public static String masked(URI uri) {
        return masked(uri.toString());
    }

    private static String masked(String text) {
        return text.replaceFirst("//[^/]*@", "//***@");
    }

    static int database(URI uri) {
        var path = uri.getPath();
        if (path == null || path.isEmpty() || path.equals("/")) {
            return 0;
        }
        try {
            return Integer.parseUnsignedInt(path.substring(1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a database number: " + path.substring(1) + " in " + masked(uri)
                    + "; write redis://host:6379/0");
        }
    }
}
