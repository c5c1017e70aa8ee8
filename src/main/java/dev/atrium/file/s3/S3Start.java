package dev.atrium.file.s3;

import dev.atrium.file.FileConfig;
import dev.atrium.setting.Require;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.time.Duration;
import org.jboss.logging.Logger;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Factory of the S3 store from the settings; checks access to the bucket. Blocks. */
public final class S3Start {

    private static final Logger LOG = Logger.getLogger(S3Start.class);
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ATTEMPT = Duration.ofSeconds(5);
    private static final Duration CALL = Duration.ofSeconds(15);

    private S3Start() {
    }

    /**
     * Creates the store. A bucket that is unreachable is only logged, because that can happen at any time.
     *
     * @throws ConfigurationException naming the invalid setting, also for a bucket that does not exist
     */
    public static S3Store start(FileConfig.S3 settings) {
        Require.that(settings.bucket().filter(name -> name.matches("[a-zA-Z0-9._-]{3,63}")).isPresent(),
                "atrium.file.s3.bucket", "the name of a bucket because of atrium.file.store=s3");
        Require.that(settings.prefix().matches("[\\w/.-]{0,200}"), "atrium.file.s3.prefix",
                "up to 200 letters, digits or one of _ / . -");
        settings.region().ifPresent(region -> Require.that(region.matches("[a-zA-Z0-9-]{1,63}"), "atrium.file.s3.region",
                "the region of the bucket, for example eu-central-1, got " + region));
        settings.endpoint().ifPresent(endpoint -> Require.that(
                endpoint.getHost() != null && String.valueOf(endpoint.getScheme()).matches("https?"),
                "atrium.file.s3.endpoint", "the address of a service, for example https://minio.example.com"));
        AwsCredentialsProvider credentials = credentials();
        // The SDK's own event loops would delay each shutdown by two seconds.
        EventLoopGroup loops = new NioEventLoopGroup(2, new DefaultThreadFactory("atrium-s3", true));
        S3Store store = new S3Store(client(settings, credentials, loops), loops, settings.bucket().get(), settings.prefix());
        check(store, settings.bucket().get());
        return store;
    }

    private static AwsCredentialsProvider credentials() {
        AwsCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();
        try {
            credentials.resolveCredentials();
        } catch (SdkClientException e) {
            throw new ConfigurationException("atrium.file.store: expected credentials for s3 where the AWS SDK looks for them, "
                    + "for example in the environment as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        }
        return credentials;
    }

    private static S3AsyncClient client(FileConfig.S3 settings, AwsCredentialsProvider credentials, EventLoopGroup loops) {
        URI endpoint = settings.endpoint().orElse(null);
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
                .credentialsProvider(credentials)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().connectionTimeout(CONNECT)
                        .connectionAcquisitionTimeout(CALL)
                        .eventLoopGroup(SdkEventLoopGroup.create(loops, NioSocketChannel::new)))
                .overrideConfiguration(calls -> calls.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(CALL))
                // Many S3-compatible services do not know the newer checksums; a file is verified by its digest anyway.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .forcePathStyle(settings.pathStyle().orElse(endpoint != null));
        if (endpoint != null) {
            builder.endpointOverride(endpoint).region(Region.US_EAST_1);
        }
        settings.region().map(Region::of).ifPresent(builder::region);
        try {
            return builder.build();
        } catch (SdkClientException e) {
            throw new ConfigurationException(
                    "atrium.file.s3.region: expected the region of the bucket, for example eu-central-1");
        }
    }

    private static void check(S3Store store, String bucket) {
        try {
            store.check().await().atMost(CALL.plusSeconds(5));
        } catch (S3Exception | SdkClientException e) {
            if (e instanceof S3Exception refused && refused.statusCode() < 500) {
                store.close();
                throw new ConfigurationException("atrium.file.s3.bucket: expected a bucket that exists and that we may use, "
                        + "got " + bucket + " (" + refused.statusCode() + ")");
            }
            LOG.warnf("The bucket %s is out of reach: %s", bucket, e.getMessage());
        }
    }
}
