package dev.atrium.example;

import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Upgrade check of an application that asks another service first: it answers some time later. */
@Singleton
final class SlowUpgradeCheck implements HttpUpgradeCheck {

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        if (context.httpRequest().getParam("slow") == null) {
            return CheckResult.permitUpgrade();
        }
        Context loop = Vertx.currentContext();
        context.httpRequest().pause();
        return CheckResult.permitUpgrade().onItem().delayIt().by(Duration.ofMillis(200))
                .emitOn(task -> loop.runOnContext(run -> task.run()));
    }

    @Override
    public boolean appliesTo(String endpointId) {
        return endpointId.equals(EarlyEndpoint.class.getName());
    }
}
