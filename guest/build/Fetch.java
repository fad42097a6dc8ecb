import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.maven.artifact.repository.ArtifactRepository;
import org.apache.maven.artifact.repository.ArtifactRepositoryPolicy;
import org.apache.maven.artifact.repository.MavenArtifactRepository;
import org.apache.maven.artifact.repository.layout.DefaultRepositoryLayout;
import org.apache.maven.project.DefaultProjectBuildingRequest;
import org.apache.maven.project.DependencyResolutionResult;
import org.apache.maven.project.ProjectBuilder;
import org.apache.maven.project.ProjectBuildingException;
import org.apache.maven.repository.internal.MavenRepositorySystemUtils;
import org.codehaus.plexus.DefaultContainerConfiguration;
import org.codehaus.plexus.DefaultPlexusContainer;
import org.codehaus.plexus.PlexusConstants;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.repository.LocalRepository;
import org.eclipse.aether.util.repository.DefaultMirrorSelector;

/// Fetches the jars that a project needs when it runs, with the libraries of the host's Maven and none of its plugins:
/// `java Fetch.java POM FOLDER REPOSITORY`. A project's own repositories count for nothing.
public final class Fetch {
    private static final Set<String> NEEDED = Set.of("compile", "runtime");

    private Fetch() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        var container = new DefaultPlexusContainer(new DefaultContainerConfiguration()
                .setClassPathScanning(PlexusConstants.SCANNING_INDEX)
                .setAutoWiring(true));
        DefaultRepositorySystemSession session = MavenRepositorySystemUtils.newSession();
        var local = new LocalRepository(System.getProperty("user.home") + "/.m2");
        session.setLocalRepositoryManager(
                container.lookup(RepositorySystem.class).newLocalRepositoryManager(session, local));
        session.setMirrorSelector(
                new DefaultMirrorSelector().add("registry", arguments[2], "default", false, "*", ""));
        var policy = new ArtifactRepositoryPolicy(
                true, ArtifactRepositoryPolicy.UPDATE_POLICY_ALWAYS, ArtifactRepositoryPolicy.CHECKSUM_POLICY_WARN);
        ArtifactRepository registry = new MavenArtifactRepository(
                "registry", arguments[2], new DefaultRepositoryLayout(), policy, policy);
        var request = new DefaultProjectBuildingRequest();
        request.setRepositorySession(session);
        request.setRemoteRepositories(List.of(registry));
        request.setSystemProperties(System.getProperties());
        request.setProcessPlugins(false);
        request.setResolveDependencies(true);
        try {
            DependencyResolutionResult found = container
                    .lookup(ProjectBuilder.class)
                    .build(new File(arguments[0]), request)
                    .getDependencyResolutionResult();
            if (!found.getUnresolvedDependencies().isEmpty()) {
                Dependency first = found.getUnresolvedDependencies().get(0);
                throw new IllegalStateException(
                        first.getArtifact() + ": " + found.getResolutionErrors(first).get(0).getMessage());
            }
            for (Dependency needed : found.getDependencies()) {
                if (NEEDED.contains(needed.getScope()) && needed.getArtifact().getFile() != null) {
                    Path file = needed.getArtifact().getFile().toPath();
                    Files.copy(file, folder.resolve(needed.getArtifact().getGroupId() + "-" + file.getFileName()));
                    System.out.println("fetched " + needed.getArtifact());
                }
            }
        } catch (ProjectBuildingException | IllegalStateException wrong) {
            System.out.println("fault: " + String.valueOf(wrong.getMessage()).replaceAll("\\s+", " "));
            System.exit(1);
        }
        System.exit(0);
    }
}
