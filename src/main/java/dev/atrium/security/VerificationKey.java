package dev.atrium.security;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.jwt.util.ResourceUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.ConfigValue;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;

/**
 * Configured key that verifies tokens. Its check at startup finds an unusable key, which otherwise would only show when the
 * first client sends a token.
 *
 * @param value a key, or its location
 */
record VerificationKey(String setting, String value) {

    private static final List<String> SETTINGS = List.of("mp.jwt.verify.publickey", "mp.jwt.verify.publickey.location",
            "smallrye.jwt.verify.secretkey", "smallrye.jwt.verify.key.location");

    /**
     * Returns the configured key, or null.
     *
     * @param generatedToo whether a key that Quarkus has generated for dev mode or a test counts as well
     */
    static VerificationKey configured(boolean generatedToo) {
        Config config = ConfigProvider.getConfig();
        for (String setting : SETTINGS) {
            ConfigValue value = config.getConfigValue(setting);
            if (value.getValue() != null && !value.getValue().isEmpty() && (generatedToo || !isGenerated(value))) {
                return new VerificationKey(setting, value.getValue());
            }
        }
        return null;
    }

    /** Quarkus adds what it has generated as a default at runtime, below all sources that a person writes. */
    static boolean isGenerated(ConfigValue value) {
        return value.getSourceOrdinal() < 0;
    }

    /**
     * Checks that the key can be read. Not checked are keys of an issuer over HTTP, which may be reachable later, and keys in a
     * JWK set, which each token selects by itself.
     *
     * @throws ConfigurationException if there is no key, or one for another algorithm
     */
    void check(JWTParser parser) {
        if (value.startsWith("http:") || value.startsWith("https:")) {
            return;
        }
        String algorithm = ConfigProvider.getConfig().getOptionalValue("smallrye.jwt.verify.algorithm", String.class)
                .or(() -> ConfigProvider.getConfig().getOptionalValue("mp.jwt.verify.publickey.algorithm", String.class))
                .orElse("RS256");
        try {
            String key = setting.endsWith("location") ? ResourceUtils.readResource(value) : value;
            if (key != null && key.strip().startsWith("{")) {
                readJwk(key);
            } else {
                parser.parse(unsigned(algorithm));
            }
        } catch (ParseException e) {
            if (!isSignatureWrong(e)) {
                throw unusable(algorithm);
            }
        } catch (JoseException | IOException | RuntimeException e) {
            throw unusable(algorithm);
        }
    }

    /** Parses one JWK, or a JWK set. */
    private static void readJwk(String json) throws JoseException {
        if (!json.contains("\"keys\"") || new JsonWebKeySet(json).getJsonWebKeys().isEmpty()) {
            JsonWebKey.Factory.newJwk(json);
        }
    }

    private ConfigurationException unusable(String algorithm) {
        return new ConfigurationException(setting + ": expected a key for " + algorithm + ", which "
                + (setting.endsWith("location") ? value + " is not" : "this is not"));
    }

    /** Returns a well-formed token with an invalid signature. */
    private static String unsigned(String algorithm) {
        return base64url("{\"alg\":\"" + algorithm + "\"}") + '.' + base64url("{}") + '.' + base64url("x".repeat(64));
    }

    private static String base64url(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isSignatureWrong(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidJwtException invalid && invalid.hasErrorCode(ErrorCodes.SIGNATURE_INVALID)) {
                return true;
            }
        }
        return false;
    }
}
