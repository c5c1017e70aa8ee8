package dev.atrium.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Self-signed certificate for 127.0.0.1, in PEM.
 *
 * @param file the certificate
 * @param keyFile its private key
 */
record Certificate(Path file, Path keyFile) {

    private static final String PASSWORD = "changeit";
    private static final String ALIAS = "server";
    private static final Path STORE = Path.of("server.p12");

    /** Creates a certificate in a directory. */
    static Certificate make(Path directory) throws IOException {
        Path store = directory.resolve(STORE);
        try {
            int exit = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                    "-alias", ALIAS,
                    "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=atrium", "-ext", "san=ip:127.0.0.1", "-validity", "2",
                    "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD)
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
            if (exit != 0) {
                throw new IllegalStateException("keytool: " + exit);
            }
            KeyStore keys = load(store);
            return new Certificate(pem(directory.resolve("server.crt"), "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()),
                    pem(directory.resolve("server.key"), "PRIVATE KEY",
                            keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** TLS context of a client that trusts this certificate and no other. */
    SSLContext trusted() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setCertificateEntry(ALIAS, load(file.resolveSibling(STORE)).getCertificate(ALIAS));
            trust.init(keys);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static Path pem(Path file, String what, byte[] der) throws IOException {
        return Files.writeString(file,
                "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(der)
                        + "\n-----END " + what + "-----\n");
    }
}
