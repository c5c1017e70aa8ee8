package dev.atrium.security;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.jwt.util.ResourceUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;

/**
 * The setting that says by which key tokens are verified. A file that is none would otherwise be found out by the first client,
 * and every one after it.
 *
 * @param setting its name
 * @param value a key, or where one is
 */
record VerificationKey(String setting, String value) {

    private static final List<String> SETTINGS = List.of("mp.jwt.verify.publickey", "mp.jwt.verify.publickey.location",
            "smallrye.jwt.verify.secretkey", "smallrye.jwt.verify.key.location");

    /** The one that is set, or null. */
    static VerificationKey configured() {
        Config config = ConfigProvider.getConfig();
        for (String setting : SETTINGS) {
            Optional<String> value = config.getOptionalValue(setting, String.class);
            if (value.isPresent()) {
                return new VerificationKey(setting, value.get());
            }
        }
        return null;
    }

    /**
     * Whether there is a key. That of an issuer over HTTP may come later, and a set of JWKs has one for each of its tokens only.
     *
     * @throws ConfigurationException if there is none, or one for another algorithm
     */
    void check(JWTParser parser) {
        if (value.startsWith("http:") || value.startsWith("https:")) {
            return;
        }
        String algorithm = ConfigProvider.getConfig().getOptionalValue("smallrye.jwt.verify.algorithm", String.class)
                .or(() -> ConfigProvider.getConfig().getOptionalValue("mp.jwt.verify.publickey.algorithm", String.class)).orElse("RS256");
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

    /** One key, or a set of which each token names its own. */
    private static void readJwk(String json) throws JoseException {
        if (!json.contains("\"keys\"") || new JsonWebKeySet(json).getJsonWebKeys().isEmpty()) {
            JsonWebKey.Factory.newJwk(json);
        }
    }

    private ConfigurationException unusable(String algorithm) {
        return new ConfigurationException(setting + ": expected a key for " + algorithm + ", which "
                + (setting.endsWith("location") ? value + " is not" : "this is not"));
    }

    /** Of the right form, and nothing else. */
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
