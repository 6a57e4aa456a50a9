package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust and who we are on an encrypted connection: the files that the parameters {@code ca}, {@code cert} and {@code key} of
 * an address name, in PEM form. Files that have changed are read again for the next connection, so that certificates can be renewed
 * while processes run.
 */
final class Certificates {

    private static final ConcurrentHashMap<String, Loaded> LOADED = new ConcurrentHashMap<>();
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] NO_PASSWORD = {};

    private Certificates() {}

    /**
     * What makes sockets for {@code uri}.
     *
     * @throws IllegalArgumentException naming the file that is missing or wrong
     */
    static SSLSocketFactory socketFactory(URI uri) {
        var parameters = RedisUri.parameters(uri);
        if (parameters.isEmpty()) {
            return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
        var ca = parameters.get("ca");
        var cert = parameters.get("cert");
        var key = parameters.get("key");
        var state = state(ca) + state(cert) + state(key);
        var known = LOADED.get(uri.getRawQuery());
        if (known == null || !known.state.equals(state)) {
            known = new Loaded(state, load(ca, cert, key));
            LOADED.put(uri.getRawQuery(), known);
        }
        return known.factory;
    }

    /** What may help where the two sides could not agree on a connection, by what Java says of it. */
    static String remedy(String message) {
        if (message.contains("SSL message")) {
            return "does the port speak TLS? If not, write redis:// in its URL";
        }
        if (message.contains("certification path")) {
            return "name its authority with ?ca=FILE in its URL";
        }
        if (message.contains("alert")) {
            return "does it ask for a certificate of ours? Name one with &cert=FILE&key=FILE in its URL";
        }
        return "is its certificate for this host, and valid today?";
    }

    private record Loaded(String state, SSLSocketFactory factory) {}

    private static String state(@Nullable String file) {
        try {
            return file == null ? "-;" : Files.getLastModifiedTime(Path.of(file)) + ";";
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static SSLSocketFactory load(@Nullable String ca, @Nullable String cert, @Nullable String key) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(
                    cert == null || key == null ? null : ourselves(cert, key), ca == null ? null : trusted(ca), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "cannot use the certificates of the Redis address: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trusted(String ca) throws GeneralSecurityException, IOException {
        var store = emptyStore();
        var number = 0;
        for (var certificate : certificates(ca)) {
            store.setCertificateEntry("ca-" + number++, certificate);
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] ourselves(String cert, String key) throws GeneralSecurityException, IOException {
        var chain = List.copyOf(certificates(cert));
        var store = emptyStore();
        store.setKeyEntry(
                "client",
                privateKey(key, chain.get(0).getPublicKey().getAlgorithm()),
                NO_PASSWORD,
                chain.toArray(Certificate[]::new));
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(String file) throws GeneralSecurityException {
        var bytes = read(file);
        if (!new String(bytes, US_ASCII).contains("-----BEGIN CERTIFICATE-----")) {
            throw new IllegalArgumentException("no certificate in " + file
                    + "; it must hold one or more in PEM form: -----BEGIN CERTIFICATE-----");
        }
        return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
    }

    private static PrivateKey privateKey(String file, String algorithm) throws GeneralSecurityException {
        var pem = PRIVATE_KEY.matcher(new String(read(file), US_ASCII));
        if (!pem.find()) {
            throw new IllegalArgumentException(
                    "no private key in " + file
                            + "; it must hold one in PKCS#8 PEM form, not encrypted: convert it with openssl pkcs8 -topk8 -nocrypt");
        }
        var bytes = Base64.getMimeDecoder().decode(pem.group(1));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
    }

    private static byte[] read(String file) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static IllegalArgumentException unreadable(@Nullable String file, IOException e) {
        return new IllegalArgumentException(
                "cannot read " + file + ", which the Redis address names: "
                        + (e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()),
                e);
    }
}
