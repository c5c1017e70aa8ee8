package dev.atrium.operations;

import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.runtime.KeyStoreAndKeyCertOptions;
import io.quarkus.tls.runtime.config.KeyStoreConfig;
import io.quarkus.tls.runtime.config.TlsBucketConfig;
import io.quarkus.tls.runtime.config.TlsConfig;
import io.quarkus.tls.runtime.config.TlsConfigUtils;
import io.quarkus.tls.runtime.config.TrustStoreConfig;
import io.quarkus.tls.runtime.keystores.JKSKeyStores;
import io.quarkus.tls.runtime.keystores.P12KeyStores;
import io.quarkus.tls.runtime.keystores.PemKeyStores;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

/**
 * Startup check of the keys and certificates of the TLS registry, before the framework loads them, for which it makes Vert.x
 * first. It would show a stack trace for those that cannot be loaded, and not see a key of another certificate, with which each
 * handshake fails.
 */
@Singleton
final class TlsCheck implements VertxOptionsCustomizer {

    private static final String PREFIX = "quarkus.tls.";

    /** Algorithms of signatures, by that of the key. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA",
            "EdDSA");

    private static final Pattern CERTIFICATE = Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----",
            Pattern.DOTALL);

    private final TlsConfig config;

    TlsCheck(TlsConfig config) {
        this.config = config;
    }

    /** @throws ConfigurationException naming the setting whose files cannot be used */
    @Override
    public void accept(VertxOptions options) {
        config.defaultCertificateConfig().ifPresent(tls -> check(PREFIX, TlsConfig.DEFAULT_NAME, tls));
        config.namedCertificateConfig().forEach((name, tls) -> check(PREFIX + name + '.', name, tls));
    }

    private static void check(String prefix, String name, TlsBucketConfig tls) {
        String keys = prefix + "key-store";
        tls.keyStore().filter(store -> store.credentialsProvider().name().isEmpty())
                .ifPresent(store -> loaded(keys, "keys and their certificates", () -> requireMatch(keys, load(store, name))));
        tls.trustStore().filter(store -> store.credentialsProvider().name().isEmpty())
                .ifPresent(store -> loaded(prefix + "trust-store", "certificates", () -> load(store, name)));
        tls.certificateRevocationList().ifPresent(files -> loaded(prefix + "certificate-revocation-list", "files",
                () -> files.stream().map(TlsConfigUtils::read).toList()));
    }

    /** Returns null for a store of another kind, such as one that the application provides. */
    private static KeyStoreAndKeyCertOptions load(KeyStoreConfig store, String name) {
        if (store.pem().isPresent()) {
            return PemKeyStores.verifyPEMKeyStore(store, null, name);
        }
        if (store.p12().isPresent()) {
            return P12KeyStores.verifyP12KeyStore(store, null, name);
        }
        return store.jks().isPresent() ? JKSKeyStores.verifyJKSKeyStore(store, null, name) : null;
    }

    private static Object load(TrustStoreConfig store, String name) throws CertificateException {
        if (store.pem().isPresent()) {
            // The framework's own method needs Vert.x.
            for (Buffer file : store.pem().get().toOptions().getCertValues()) {
                requireCertificate(file.getBytes());
            }
            return null;
        }
        if (store.p12().isPresent()) {
            return P12KeyStores.verifyP12TrustStoreStore(store, null, name);
        }
        return store.jks().isPresent() ? JKSKeyStores.verifyJKSTrustStoreStore(store, null, name) : null;
    }

    /** Reads the certificates of a PEM file, in which there may be other blocks, too. */
    private static void requireCertificate(byte[] file) throws CertificateException {
        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        Matcher block = CERTIFICATE.matcher(new String(file, StandardCharsets.ISO_8859_1));
        if (!block.find()) {
            throw new CertificateException("no certificate is in one of the files");
        }
        do {
            certificates.generateCertificate(new ByteArrayInputStream(block.group().getBytes(StandardCharsets.ISO_8859_1)));
        } while (block.find());
    }

    private static void loaded(String setting, String what, Callable<?> load) {
        try {
            load.call();
        } catch (ConfigurationException e) {
            throw e;
        } catch (Exception e) {
            throw new ConfigurationException(setting + ": expected " + what + ", which cannot be loaded: " + reason(e));
        }
    }

    private static String reason(Exception failure) {
        // What the framework says itself is no more than the name of the setting.
        boolean isWrapped = failure instanceof IllegalStateException && failure.getCause() != null;
        Throwable cause = isWrapped ? failure.getCause() : failure;
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (!(cause instanceof UncheckedIOException)) {
            return reason;
        }
        // The message of an exception of files is the name of the file, which is in the one around it.
        Throwable root = cause.getCause();
        return reason + ", " + (root instanceof FileSystemException ? root.getClass().getSimpleName() : root.getMessage());
    }

    private static Void requireMatch(String setting, KeyStoreAndKeyCertOptions store) throws Exception {
        KeyManager[] managers = store == null ? new KeyManager[0] : store.options.getKeyManagerFactory(null).getKeyManagers();
        for (KeyManager manager : managers) {
            if (manager instanceof X509KeyManager keys) {
                SIGNATURES.keySet().forEach(algorithm -> requireMatch(setting, algorithm, keys));
            }
        }
        return null;
    }

    private static void requireMatch(String setting, String algorithm, X509KeyManager keys) {
        String[] aliases = keys.getServerAliases(algorithm, null);
        for (String alias : aliases == null ? new String[0] : aliases) {
            Require.that(match(algorithm, keys.getPrivateKey(alias), keys.getCertificateChain(alias)[0].getPublicKey()),
                    setting,
                    "the key of each certificate, and one is that of another certificate");
        }
    }

    private static boolean match(String algorithm, PrivateKey key, PublicKey certified) {
        try {
            Signature signature = Signature.getInstance(SIGNATURES.get(algorithm));
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            // A key of another algorithm.
            return false;
        } catch (NoSuchAlgorithmException e) {
            // Nothing else that this JVM has can tell.
            return true;
        }
    }
}
