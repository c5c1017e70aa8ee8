package dev.atrium.it;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;

/** Issuer of valid and invalid tokens, with its own key pair. */
public final class Tokens {

    public static final String ISSUER = "https://issuer.example";
    public static final String AUDIENCE = "atrium";

    private static final KeyPair KEYS = pair();
    private static final KeyPair OTHER_KEYS = pair();

    private Tokens() {
    }

    /** Settings of a server that accepts these tokens and requires one. */
    public static Map<String, String> required(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "atrium.auth.mode", "required",
                "atrium.permissions.everyone", "",
                "mp.jwt.verify.publickey", base64(KEYS.getPublic()),
                "mp.jwt.verify.issuer", ISSUER,
                "mp.jwt.verify.audiences", AUDIENCE));
        settings.putAll(more);
        return settings;
    }

    /** @param rooms the claim, as the command line writes it with semicolons: {@code lobby:join send;news:join} */
    public static String of(String user, String rooms) {
        return sign(claims(user, rooms).expiresIn(3600));
    }

    public static String expiring(String user, String rooms, Instant when) {
        return sign(claims(user, rooms).issuedAt(when.minusSeconds(3600)).expiresAt(when));
    }

    public static String expired() {
        return expiring("ann", "lobby:join send history presence admin", Instant.now().minusSeconds(600));
    }

    public static String ofAnotherKey() {
        return claims("ann", "*:admin").jws().algorithm(SignatureAlgorithm.RS256).sign(OTHER_KEYS.getPrivate());
    }

    public static String forAnotherAudience() {
        return sign(claims("ann", "*:admin").audience("somebody else"));
    }

    public static String ofAnotherIssuer() {
        return sign(claims("ann", "*:admin").issuer("https://evil.example"));
    }

    /** Token with the algorithm {@code none}, which has no signature. */
    public static String unsigned() {
        String payload = of("ann", "*:admin").split("\\.")[1];
        return base64url("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "." + payload + ".";
    }

    /** Token signed with the public key as a shared secret (algorithm confusion). */
    public static String confused() {
        return claims("ann", "*:admin").jws().algorithm(SignatureAlgorithm.HS256)
                .sign(new SecretKeySpec(base64(KEYS.getPublic()).getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
    }

    public static String withMalformedGrant() {
        return sign(Jwt.claims().subject("ann").issuer(ISSUER).audience(AUDIENCE).claim("rooms", Map.of("lobby", "fly")));
    }

    /** File with the private key, as the command line reads it. */
    public static Path privateKeyFile() {
        try {
            Path file = Files.createTempFile("atrium", ".pem");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(
                    KEYS.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JwtClaimsBuilder claims(String user, String rooms) {
        Map<String, String> grants = new HashMap<>();
        for (String grant : rooms.split(";")) {
            int colon = grant.lastIndexOf(':');
            grants.put(grant.substring(0, colon), grant.substring(colon + 1));
        }
        return Jwt.claims().subject(user).issuer(ISSUER).audience(AUDIENCE).claim("rooms", grants);
    }

    private static String sign(JwtClaimsBuilder claims) {
        return claims.jws().algorithm(SignatureAlgorithm.RS256).sign(KEYS.getPrivate());
    }

    /** JSON Web Key of a public key, as an issuer publishes it. */
    static String jwk(String id, KeyPair pair) {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        return "{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"" + id + "\",\"n\":\""
                + base64url(key.getModulus()) + "\",\"e\":\"" + base64url(key.getPublicExponent()) + "\"}";
    }

    static String base64(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    private static String base64url(String text) {
        return base64url(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Base64urlUInt of RFC 7518: without the zero byte that Java puts in front as the sign. */
    private static String base64url(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        return base64url(Arrays.copyOfRange(bytes, from, bytes.length));
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
