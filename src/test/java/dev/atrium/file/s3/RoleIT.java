package dev.atrium.file.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.file.FileConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials for S3 by the role of a pod, from both places where Kubernetes on AWS offers them. */
class RoleIT {

    private static final List<String> PROPERTIES = List.of("aws.webIdentityTokenFile", "aws.roleArn", "aws.region",
            "aws.endpointUrlSts", "aws.containerCredentialsFullUri", "aws.containerAuthorizationTokenFile");

    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private Vertx vertx;
    private String address;
    @TempDir
    private Path directory;
    private Path token;

    @BeforeEach
    void start() throws Exception {
        token = Files.writeString(directory.resolve("token"), "a-token-of-the-pod");
        vertx = Vertx.vertx();
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> answer(request, body.toString())))
                .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
        address = "http://127.0.0.1:" + server.actualPort();
    }

    @AfterEach
    void stop() {
        PROPERTIES.forEach(System::clearProperty);
        vertx.close();
    }

    /** Answers as STS, as the agent of EKS Pod Identity, and as S3. */
    private void answer(HttpServerRequest request, String body) {
        if (request.method().name().equals("POST")) {
            tokens.add(body);
            request.response().putHeader("Content-Type", "text/xml").end("""
                    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                      <AssumeRoleWithWebIdentityResult><Credentials>
                        <AccessKeyId>of-sts</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
                        <SessionToken>session</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>
                      </Credentials></AssumeRoleWithWebIdentityResult>
                    </AssumeRoleWithWebIdentityResponse>
                    """);
        } else if (request.path().equals("/v1/credentials")) {
            tokens.add(request.getHeader("Authorization"));
            request.response().end("{\"AccessKeyId\":\"of-agent\",\"SecretAccessKey\":\"secret\",\"Token\":\"session\","
                    + "\"Expiration\":\"2999-01-01T00:00:00Z\"}");
        } else {
            authorizations.add(request.getHeader("Authorization"));
            request.response().end();
        }
    }

    @Test
    void a_token_of_the_pod_is_exchanged_at_sts() {
        System.setProperty("aws.webIdentityTokenFile", token.toString());
        System.setProperty("aws.roleArn", "arn:aws:iam::123456789012:role/atrium");
        System.setProperty("aws.region", "eu-central-1");
        System.setProperty("aws.endpointUrlSts", address);
        open();
        assertThat(tokens).singleElement().asString().contains("Action=AssumeRoleWithWebIdentity", "a-token-of-the-pod");
        assertThat(authorizations).isNotEmpty().allMatch(each -> each.contains("Credential=of-sts/"));
    }

    @Test
    void the_agent_on_the_node_gives_credentials_for_a_token_of_the_pod() {
        System.setProperty("aws.containerCredentialsFullUri", address + "/v1/credentials");
        System.setProperty("aws.containerAuthorizationTokenFile", token.toString());
        open();
        assertThat(tokens).containsExactly("a-token-of-the-pod");
        assertThat(authorizations).isNotEmpty().allMatch(each -> each.contains("Credential=of-agent/"));
    }

    /** Starts the store, which looks whether it may use the bucket. */
    private void open() {
        Map<String, String> settings = Map.of("atrium.file.s3.bucket", "files", "atrium.file.s3.endpoint", address);
        S3Start.start(new SmallRyeConfigBuilder().withMapping(FileConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build().getConfigMapping(FileConfig.class).s3()).close();
    }
}
