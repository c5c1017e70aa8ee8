package dev.atrium.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.RoomId;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.ConfigValue;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Identities of tokens and API keys, and the rejection of invalid ones. */
class AuthenticatorTest {

    private static final String SECRET = "a-secret-of-more-than-thirty-two-bytes";
    private static final String KEY_SETTING = "smallrye.jwt.verify.secretkey";
    private static final String ALGORITHM_SETTING = "smallrye.jwt.verify.algorithm";
    private static final String API_KEY = "shop-key-shop-key";

    private final Map<String, String> formerProperties = new HashMap<>();

    @BeforeEach
    void configure() {
        set(KEY_SETTING, SECRET);
        set(ALGORITHM_SETTING, "HS256");
    }

    @AfterEach
    void restore() {
        formerProperties.forEach((name, value) -> {
            if (value == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, value);
            }
        });
    }

    private void set(String name, String value) {
        String former = value == null ? System.clearProperty(name) : System.setProperty(name, value);
        formerProperties.putIfAbsent(name, former);
    }

    private static SecretKey key(String secret) {
        return new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    private static JWTParser parser() {
        JWTAuthContextInfo info = new JWTAuthContextInfo(key(SECRET), null);
        info.setSignatureAlgorithm(Set.of(SignatureAlgorithm.HS256));
        return new DefaultJWTParser(info);
    }

    /** Parser that always fails. */
    private static JWTParser failing(Exception failure) {
        return (JWTParser) Proxy.newProxyInstance(JWTParser.class.getClassLoader(), new Class<?>[] { JWTParser.class },
                (proxy, method, arguments) -> {
                    throw failure;
                });
    }

    @Test
    void a_token_whose_keys_do_not_arrive_in_time_is_not_verified_and_holds_no_worker_up() {
        CountDownLatch arrived = new CountDownLatch(1);
        JWTParser waiting = (JWTParser) Proxy.newProxyInstance(JWTParser.class.getClassLoader(),
                new Class<?>[] { JWTParser.class }, (proxy, method, arguments) -> {
                    arrived.await();
                    throw new ParseException("too late");
                });
        Authenticator authenticator = new Authenticator(waiting, SecuritySettings.of("auth.mode", "required"),
                Duration.ofMillis(50));
        // More than the threads and the queue take.
        List<Uni<Identity>> tokens = Stream.generate(() -> authenticator.token("a.b.c")).limit(1_100).toList();
        assertThat(Uni.join().all(tokens.stream().map(token -> token.map(identity -> "verified")
                .onFailure(AuthenticationException.class)
                .recoverWithItem(failure -> ((AuthenticationException) failure).reason().label())).toList())
                .andFailFast().await().atMost(Duration.ofSeconds(10))).hasSize(1_100)
                .containsOnly(AuthenticationException.Reason.UNAVAILABLE.label());
        arrived.countDown();
    }

    private static Authenticator authenticator(JWTParser parser) {
        return new Authenticator(parser,
                SecuritySettings.of("auth.mode", "required", "api-keys.shop.key", API_KEY, "api-keys.shop.rooms", "*:publish"));
    }

    private static JwtClaims claims(long secondsLeft) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(secondsLeft / 60f);
        return claims;
    }

    private static JwtClaims ann() {
        JwtClaims claims = claims(3600);
        claims.setSubject("ann");
        return claims;
    }

    private static String signed(JwtClaims claims, String secret) throws JoseException {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setAlgorithmHeaderValue("HS256");
        signature.setKey(key(secret));
        return signature.getCompactSerialization();
    }

    private static Identity identity(JwtClaims claims) throws JoseException {
        return authenticator(parser()).token(signed(claims, SECRET)).await().atMost(Duration.ofSeconds(20));
    }

    private static void rejected(JWTParser parser, String token, AuthenticationException.Reason reason, String message) {
        assertThatThrownBy(() -> authenticator(parser).token(token).await().atMost(Duration.ofSeconds(20)))
                .isInstanceOfSatisfying(AuthenticationException.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(reason))
                .hasMessage(message).hasNoCause();
    }

    @Test
    void a_token_names_a_user_until_it_expires() throws Exception {
        JwtClaims claims = ann();
        Identity identity = identity(claims);
        assertThat(identity.kind()).isEqualTo(Identity.Kind.TOKEN);
        assertThat(identity.user()).isEqualTo("ann");
        assertThat(identity.expires()).isEqualTo(claims.getExpirationTime().getValueInMillis());
        assertThat(identity.permissions().reach("/")).isFalse();
    }

    @Test
    void the_claim_grants_words_in_a_string_or_in_an_array() throws Exception {
        JwtClaims claims = ann();
        claims.setClaim("rooms",
                Map.of("lobby", "join send", "/chat *", List.of("join", "history presence"), "empty", " ", "none", List.of()));
        Permissions permissions = identity(claims).permissions();
        assertThat(permissions.allow(RoomId.of("/", "lobby"), Permission.SEND)).isTrue();
        assertThat(permissions.allow(RoomId.of("/", "lobby"), Permission.HISTORY)).isFalse();
        assertThat(permissions.allow(RoomId.of("/chat", "any"), Permission.JOIN)).isTrue();
        assertThat(permissions.allow(RoomId.of("/chat", "any"), Permission.PRESENCE)).isTrue();
        assertThat(permissions.allow(RoomId.of("/chat", "any"), Permission.SEND)).isFalse();
        assertThat(permissions.allow(RoomId.of("/", "empty"), Permission.JOIN)).isFalse();
        assertThat(permissions.allow(RoomId.of("/", "none"), Permission.JOIN)).isFalse();
    }

    @ParameterizedTest(name = "rooms: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            "lobby"              | expected an object
            ["lobby"]            | expected an object
            7                    | expected an object
            {"lobby":"fly"}      | expected some of join, send, history, presence, publish, admin, got "fly"
            {"lobby":["fly"]}    | expected some of join, send, history, presence, publish, admin, got "fly"
            {"lobby":7}          | expected words in a string
            {"lobby":[7]}        | expected words in a string
            {"lobby":{"a":"b"}}  | expected words in a string
            {"/a,b c":"join"}    | "/a,b c": ns: expected no space, comma or question mark
            """)
    void the_error_of_a_malformed_claim_names_the_expected_form(String json, String message) throws Exception {
        JwtClaims claims = JwtClaims.parse(ann().toJson().replaceFirst("}$", ",\"rooms\":" + json.replace("\\", "\\\\") + "}"));
        rejected(parser(), signed(claims, SECRET), AuthenticationException.Reason.MALFORMED_GRANT,
                "token: its claim rooms: " + message);
    }

    @Test
    void an_expired_token_is_rejected_as_expired() throws Exception {
        JwtClaims claims = claims(-3600);
        claims.setSubject("ann");
        rejected(parser(), signed(claims, SECRET), AuthenticationException.Reason.EXPIRED, "token: expired");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " " })
    void a_token_without_a_subject_is_invalid(String subject) throws Exception {
        JwtClaims claims = claims(3600);
        if (!subject.isEmpty()) {
            claims.setSubject(subject);
        }
        claims.setClaim("upn", "somebody");
        rejected(parser(), signed(claims, SECRET), AuthenticationException.Reason.INVALID, "token: expected a sub");
    }

    @Test
    void a_token_of_another_key_and_a_malformed_token_are_invalid() throws Exception {
        rejected(parser(), signed(ann(), "another-secret-of-more-than-thirty-two-bytes"),
                AuthenticationException.Reason.INVALID,
                "token: not valid for this server");
        rejected(parser(), "abc", AuthenticationException.Reason.INVALID, "token: not valid for this server");
        rejected(parser(), "", AuthenticationException.Reason.INVALID, "token: not valid for this server");
    }

    @Test
    void the_length_of_a_token_is_limited() {
        rejected(parser(), "x".repeat(16 * 1024), AuthenticationException.Reason.INVALID, "token: not valid for this server");
        rejected(parser(), "x".repeat(16 * 1024 + 1), AuthenticationException.Reason.INVALID,
                "token: expected at most 16384 characters");
    }

    @Test
    void a_token_that_cannot_be_verified_at_the_moment_is_rejected_as_unavailable() {
        String later = "token: the keys to verify it with are unavailable, try again later";
        rejected(failing(new ParseException("secret", new IOException("away"))), "abc",
                AuthenticationException.Reason.UNAVAILABLE, later);
        rejected(failing(new IllegalStateException("secret")), "abc", AuthenticationException.Reason.UNAVAILABLE, later);
    }

    @Test
    void without_a_verification_key_tokens_are_rejected_and_api_keys_accepted() {
        set(KEY_SETTING, null);
        Authenticator authenticator = authenticator(parser());
        assertThat(authenticator.verifies()).isFalse();
        rejected(parser(), "abc", AuthenticationException.Reason.INVALID, "token: this server has no key to verify it with");
        assertThat(authenticator.key(API_KEY).name()).isEqualTo("shop");
        assertThatCode(() -> authenticator.start(null)).doesNotThrowAnyException();
        assertThatThrownBy(() -> authenticator.key("another")).isInstanceOf(AuthenticationException.class);
    }

    @Test
    void required_authentication_without_any_key_stops_the_start() {
        set(KEY_SETTING, null);
        assertThatThrownBy(() -> new Authenticator(parser(), SecuritySettings.of("auth.mode", "required")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "atrium.auth.mode: expected open, because there is no key to verify tokens with; set mp.jwt.verify.publickey.location");
        assertThatCode(() -> new Authenticator(parser(), SecuritySettings.of())).doesNotThrowAnyException();
    }

    @Test
    void a_key_for_another_algorithm_stops_the_start() {
        assertThat(authenticator(parser()).verifies()).isTrue();
        assertThatCode(() -> authenticator(parser()).start(null)).doesNotThrowAnyException();
        set(ALGORITHM_SETTING, null);
        assertThatThrownBy(() -> authenticator(parser()).start(null)).isInstanceOf(ConfigurationException.class)
                .hasMessage("smallrye.jwt.verify.secretkey: expected a key for RS256, which this is not");
    }

    @ParameterizedTest(name = "{0}: usable {1}")
    @CsvSource(delimiter = '|', textBlock = """
            {"kty":"oct","k":"YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY"}            | true
            {"keys":[{"kty":"oct","k":"YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY"}]} | true
            {"keys":[]}                                                                | false
            {"kty":"unheard-of"}                                                       | false
            {}                                                                         | false
            {"kty":                                                                    | false
            """)
    void a_key_file_is_checked_at_startup(String json, boolean usable, @TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("keys.json"), json);
        VerificationKey key = new VerificationKey("smallrye.jwt.verify.key.location", file.toUri().toString());
        if (usable) {
            assertThatCode(() -> key.check(failing(new IllegalStateException("unexpected call")))).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> key.check(parser())).isInstanceOf(ConfigurationException.class)
                    .hasMessage("smallrye.jwt.verify.key.location: expected a key for HS256, which " + key.value() + " is not");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://issuer.example/jwks", "https://issuer.example/jwks" })
    void keys_behind_a_url_are_not_checked_at_startup(String location) {
        VerificationKey key = new VerificationKey("mp.jwt.verify.publickey.location", location);
        assertThatCode(() -> key.check(failing(new IllegalStateException("unexpected call")))).doesNotThrowAnyException();
    }

    /** Quarkus adds a generated key as a default, whose ordinal is the lowest of all. */
    @ParameterizedTest
    @CsvSource({ "-2147483648, true", "100, false", "250, false", "400, false" })
    void a_key_that_quarkus_has_generated_is_told_from_one_that_is_configured(int ordinal, boolean generated) {
        ConfigValue value = io.smallrye.config.ConfigValue.builder().withName("mp.jwt.verify.publickey").withValue("abc")
                .withConfigSourceOrdinal(ordinal).build();
        assertThat(VerificationKey.isGenerated(value)).isEqualTo(generated);
    }

    @Test
    void the_first_configured_key_is_used() {
        assertThat(VerificationKey.configured(false)).isEqualTo(new VerificationKey(KEY_SETTING, SECRET));
        set("mp.jwt.verify.publickey", "abc");
        assertThat(VerificationKey.configured(false)).isEqualTo(new VerificationKey("mp.jwt.verify.publickey", "abc"));
    }
}
