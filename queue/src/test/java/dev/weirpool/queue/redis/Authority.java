package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Someone who signs certificates: for Redis servers on one host, and for who connects to them. */
public final class Authority {
    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final String host;

    private Authority(Path directory, String host) {
        this.directory = directory;
        this.host = host;
    }

    /**
     * One with all its files in {@code directory}.
     *
     * @param host whom the servers' certificate is for: a name, or an IPv4 address
     */
    public static Authority in(Path directory, String host) throws Exception {
        var authority = new Authority(directory, host);
        var kind = host.matches("[\\d.]+") ? "ip:" : "dns:";
        authority.make("ca", "-ext", "bc:c");
        authority.make("server", "-ext", "san=" + kind + host, "-signer", "ca");
        authority.make("client", "-signer", "ca");
        return authority;
    }

    private void make(String name, String... arguments) throws Exception {
        var store = directory.resolve("all.p12");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                name,
                "-dname",
                "CN=" + name));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), US_ASCII);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
        var all = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        pem(name + ".pem", "CERTIFICATE", all.getCertificate(name).getEncoded());
        pem(
                name + ".key",
                "PRIVATE KEY",
                all.getKey(name, PASSWORD.toCharArray()).getEncoded());
    }

    private void pem(String file, String kind, byte[] content) throws IOException {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    /** Whom the servers' certificate is for. */
    String host() {
        return host;
    }

    /** Its own certificate, by which others know those that it has signed. */
    public Path ca() {
        return directory.resolve("ca.pem");
    }

    /** The parameters of an address that name these of the files: ca, cert, key. */
    public String parameters(String... names) {
        return Stream.of(names)
                .map(name -> name + "="
                        + switch (name) {
                            case "ca" -> ca();
                            case "cert" -> directory.resolve("client.pem");
                            default -> directory.resolve("client.key");
                        })
                .collect(Collectors.joining("&"));
    }

    /** What a Redis is started with that speaks TLS alone, at {@code port}, and with those alone who have a certificate. */
    List<String> serverOptions(int port) {
        return List.of(
                "--port",
                "0",
                "--tls-port",
                "" + port,
                "--tls-ca-cert-file",
                ca().toString(),
                "--tls-cert-file",
                directory.resolve("server.pem").toString(),
                "--tls-key-file",
                directory.resolve("server.key").toString(),
                "--tls-replication",
                "yes",
                "--tls-cluster",
                "yes");
    }
}
