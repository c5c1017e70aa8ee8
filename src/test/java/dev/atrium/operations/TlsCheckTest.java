package dev.atrium.operations;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.it.fixture.Certificate;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.runtime.config.TlsConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of keys and certificates that can be used, and those that cannot. */
class TlsCheckTest {

    @TempDir
    private static Path directory;
    private static Certificate certificate;

    private final Map<String, String> settings = new HashMap<>();

    @BeforeAll
    static void make() throws IOException {
        certificate = Certificate.make(directory);
        Certificate.make(directory, "other");
        Files.createFile(directory.resolve("empty"));
        Files.writeString(directory.resolve("text"), "not PEM");
        Files.writeString(directory.resolve("broken.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Files.writeString(directory.resolve("bundle.pem"),
                Files.readString(directory.resolve("server.key")) + Files.readString(directory.resolve("server.crt")));
    }

    @ParameterizedTest
    @CsvSource({ "none, server.key, 'none, NoSuchFileException'", "server.crt, none, 'none, NoSuchFileException'",
            "., server.key, Is a directory", "empty, server.key, Missing -----BEGIN CERTIFICATE",
            "server.crt, text, Missing -----BEGIN PRIVATE KEY", "server.key, server.crt, Missing -----BEGIN" })
    void a_file_that_is_not_what_it_should_be_is_named_with_its_setting(String cert, String key, String why) {
        pem(cert, key);
        assertThatThrownBy(this::check).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(
                        "quarkus.tls.web.key-store: expected keys and their certificates, which cannot be loaded: ")
                .hasMessageContaining(why);
    }

    @Test
    void a_key_of_another_certificate_is_refused() {
        pem("server.crt", "other.key");
        assertThatThrownBy(this::check).isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "quarkus.tls.web.key-store: expected the key of each certificate, and one is that of another certificate");
    }

    @ParameterizedTest
    @CsvSource({ "server.p12, wrong, password", "text, changeit, Exception", "none, changeit, 'none, NoSuchFileException'",
            "server.p12,, password is not set" })
    void a_key_store_that_cannot_be_opened_is_named(String store, String password, String why) {
        settings.put("quarkus.tls.key-store.p12.path", path(store));
        if (password != null) {
            settings.put("quarkus.tls.key-store.p12.password", password);
        }
        assertThatThrownBy(this::check).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("quarkus.tls.key-store: expected ").hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource({ "pem.certs, none, 'none, NoSuchFileException'", "pem.certs, server.key, certificate",
            "pem.certs, empty, no certificate is in one of the files", "pem.certs, text, no certificate is in one of the files",
            "pem.certs, broken.crt, ''" })
    void an_authority_that_cannot_be_loaded_is_named(String setting, String file, String why) {
        settings.put("quarkus.tls.redis.trust-store." + setting, path(file));
        assertThatThrownBy(this::check).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("quarkus.tls.redis.trust-store: expected certificates, which cannot be loaded: ")
                .hasMessageContaining(why);
    }

    @Test
    void a_list_of_revocations_that_is_not_there_is_named() {
        settings.put("quarkus.tls.redis.certificate-revocation-list", path("none"));
        assertThatThrownBy(this::check).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(
                        "quarkus.tls.redis.certificate-revocation-list: expected files, which cannot be loaded: ")
                .hasMessageContaining("none, NoSuchFileException");
    }

    @Test
    void keys_and_certificates_that_can_be_used_are_accepted() {
        pem("server.crt", "server.key");
        settings.put("quarkus.tls.key-store.p12.path", certificate.store().toString());
        settings.put("quarkus.tls.key-store.p12.password", Certificate.PASSWORD);
        settings.put("quarkus.tls.redis.trust-store.pem.certs", certificate.file().toString());
        assertThatCode(this::check).doesNotThrowAnyException();
    }

    @Test
    void a_key_beside_the_certificates_of_an_authority_is_ignored() {
        settings.put("quarkus.tls.redis.trust-store.pem.certs", path("bundle.pem"));
        assertThatCode(this::check).doesNotThrowAnyException();
    }

    private void pem(String cert, String key) {
        settings.put("quarkus.tls.web.key-store.pem.0.cert", path(cert));
        settings.put("quarkus.tls.web.key-store.pem.0.key", path(key));
    }

    private static String path(String file) {
        return directory.resolve(file).toString();
    }

    private void check() {
        new TlsCheck(new SmallRyeConfigBuilder().withMapping(TlsConfig.class).withValidateUnknown(false)
                .addDiscoveredConverters().withSources(new PropertiesConfigSource(settings, "test", 100)).build()
                .getConfigMapping(TlsConfig.class)).accept(null);
    }
}
