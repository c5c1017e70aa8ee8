package com.example;

import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Check of all WebSockets, those of Atrium among them: asks who comes, and looks it up on a worker thread. */
@Singleton
public class Visitors implements HttpUpgradeCheck {

    private final Set<String> anonymous = ConcurrentHashMap.newKeySet();

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        return context.securityIdentity().emitOn(Infrastructure.getDefaultWorkerPool()).map(identity -> {
            if (identity.isAnonymous()) {
                anonymous.add(context.httpRequest().path());
            }
            return CheckResult.permitUpgradeSync();
        });
    }

    /** Paths that somebody without an identity has connected to. */
    Set<String> anonymous() {
        return anonymous;
    }
}
