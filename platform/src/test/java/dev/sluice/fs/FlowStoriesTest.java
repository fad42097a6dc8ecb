package dev.sluice.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What the rules mean for people, for whoever reviews the policy rather than the Java: [Story] says how to
/// read one. The numbers are those of contracts/faasten.md section 9, of which these are the halves that are
/// about storage.
final class FlowStoriesTest {
    private static final String PHOTOS = """
            file :home:<alice,alice>:photo alice,alice
            """;

    @TestFactory
    Stream<DynamicTest> stories() {
        return Stream.of(
                story("S01: a thumbnail of a secret photo goes where it is as secret", PHOTOS + """
                        task T,T alice/pma/thumb
                        read :home:<alice,alice>:photo -> ok alice,T
                        create :home:<alice,alice/pma/thumb>:t alice,alice/pma/thumb with T,alice/pma/thumb -> ok alice,T
                        """),
                story("S02: but not where everybody reads, and no trace of the attempt stays", PHOTOS + """
                        task T,T alice/pma/thumb
                        read :home:<alice,alice>:photo -> ok alice,T
                        create :home:<T,alice/pma/thumb>:t T,alice/pma/thumb with T,alice/pma/thumb -> denied alice,T
                        create :home:<T,alice/pma/thumb>:t alice,T with T,alice/pma/thumb -> denied alice,T
                        facets :home T,T -> [] alice,T
                        task T,T T
                        facets :home T,T -> [] T,T
                        """),
                story("S03: nor among what only alice herself writes", PHOTOS + """
                        task T,T alice/pma/thumb
                        create :home:<alice,alice>:t alice,alice with T,alice/pma/thumb -> denied alice,T
                        write :home:<alice,alice>:photo with T,alice/pma/thumb -> denied alice,T
                        unlink :home:<alice,alice>:photo with T,alice/pma/thumb -> denied alice,T
                        list :home:<alice,alice> -> [photo] alice,T
                        """),
                story("S06: alice shares a copy, by an explicit step", PHOTOS + """
                        task T,T alice
                        read :home:<alice,alice>:photo -> ok alice,T
                        create :home:<T,alice>:copy T,alice with T,alice -> denied alice,T
                        declassify T -> ok T,T
                        create :home:<T,alice>:copy T,alice with T,alice -> ok T,T
                        task T,T bob
                        read :home:<T,alice>:copy -> ok T,T
                        """),
                story("S06: or by naming the privilege that one write uses", PHOTOS + """
                        task T,T alice
                        read :home:<alice,alice>:photo -> ok alice,T
                        create :home:<T,alice>:copy T,alice with alice,alice -> ok alice,T
                        create :home:<T,bob>:copy T,bob with alice,alice -> denied alice,T
                        """),
                story(
                        "S07: a deputy overwrites nothing for bob unless it says that it uses alice's privilege",
                        PHOTOS + """
                        task T,T alice
                        write :home:<alice,alice>:photo -> denied alice,T
                        write :home:<alice,alice>:photo with T,bob -> denied alice,T
                        write :home:<alice,alice>:photo with T,alice -> ok alice,T
                        """),
                story("S08, S23: how many photos there are is as secret as they are", PHOTOS + """
                        file :count T,T
                        task T,T T
                        list :home:<alice,alice> -> [photo] alice,T
                        write :count -> denied alice,T
                        task T,T T clearance T,T
                        list :home:<alice,alice> -> denied T,T
                        stat :home:<alice,alice>:photo -> denied T,T
                        """),
                story("S22: that a name is taken is known to those who may know the directory", PHOTOS + """
                        file :note T,T
                        task T,T T
                        create :home:<alice,alice>:photo alice,T -> denied alice,T
                        write :note -> denied alice,T
                        task T,T alice
                        create :home:<alice,alice>:photo alice,T with T,alice -> exists alice,T
                        task T,T bob clearance bob,T
                        create :home:<alice,alice>:photo bob,T -> denied T,T
                        create :home:<alice,alice>:other bob,T -> denied T,T
                        """),
                story("S24: secrets cannot be spelled in the labels of facets", PHOTOS + """
                        task T,T T
                        read :home:<alice,alice>:photo -> ok alice,T
                        list :home:<T,bit-0110> -> [] alice,T
                        create :home:<T,bit-0110>:x T,T -> denied alice,T
                        faceted :home:<T,bit-0110>:x -> denied alice,T
                        task T,T T
                        facets :home T,T -> [] T,T
                        """),
                story("S25: facets up to a label, and the taint of having asked", """
                        file :home:<T,T>:x T,T
                        file :home:<alice,T>:x T,T
                        file :home:<bob,T>:x T,T
                        task T,T T
                        facets :home T,T -> [<T,T>] T,T
                        facets :home alice,T -> [<T,T><alice,T>] alice,T
                        facets :home alice,carol -> [] alice,T
                        facets :home alice&bob,T -> [<T,T><alice,T><bob,T>] alice&bob,T
                        task T,T T clearance alice,T
                        facets :home bob,T -> denied T,T
                        """),
                story("S26: each follower has a facet of his own, and bob reads them all", """
                        faceted :followers
                        task T,T alice/social/follow
                        create :followers:<T,alice/social/follow>:bob T,alice/social/follow with T,alice/social/follow -> ok T,T
                        task T,T carol/social/follow
                        create :followers:<T,carol/social/follow>:bob T,T with T,carol/social/follow -> ok T,T
                        unlink :followers:<T,alice/social/follow>:bob with T,carol/social/follow -> denied T,T
                        task T,T bob
                        facets :followers T,T -> [<T,alice/social/follow><T,carol/social/follow>] T,T
                        """),
                story("S38: a label that looks like another one opens only its own facet", """
                        task T,T Tom
                        create :home:<T,Tom>:x T,Tom with T,Tom -> ok T,T
                        task T,T T
                        list :home:<T,T> -> [] T,T
                        create :home:<T,Tom>:y T,T -> denied T,T
                        list :home:<alice,T&bob> -> invalid T,T
                        list :home:<a,b,c> -> invalid T,T
                        list :home:<T,Tom>> -> invalid T,T
                        """),
                story("S41: what was refused is not there", """
                        task alice,T T
                        create :home:<T,T>:x T,T -> denied alice,T
                        mkdir :home:<T,T>:x T,T -> denied alice,T
                        create :home:<alice,T>:x T,T -> denied alice,T
                        create :home:<alice,T>:x alice,alice -> denied alice,T
                        list :home:<alice,T> -> [] alice,T
                        list :home:<T,T> -> [] alice,T
                        """),
                story("S43: nobody declassifies or endorses with what he does not hold", """
                        task alice,T bob
                        declassify T -> denied alice,T
                        declassify bob -> denied alice,T
                        endorse alice -> denied alice,T
                        endorse bob/x -> ok alice,bob/x
                        task alice&bob,T bob
                        declassify alice -> ok alice,T
                        declassify T -> denied alice,T
                        """),
                story("two secrets mix, and neither owner alone releases", """
                        file :pub T,T
                        file :a alice,T
                        file :b bob,T
                        task T,T alice
                        read :a -> ok alice,T
                        write :pub with alice,T -> ok alice,T
                        read :b -> ok alice&bob,T
                        write :pub with alice,T -> denied alice&bob,T
                        declassify bob -> ok bob,T
                        """),
                story("who vouches for code does not vouch for what it has read", """
                        file :hearsay T,T
                        file :ours T,acme
                        task T,acme T
                        write :ours -> ok T,acme
                        read :hearsay -> ok T,T
                        write :ours -> denied T,T
                        """),
                story("writing up is free, and teaches nothing", """
                        file :box alice,T
                        task T,T T clearance T,T
                        write :box -> ok T,T
                        read :box -> denied T,T
                        """),
                story("looking for what is not there leaves its mark", PHOTOS + """
                        file :pub T,T
                        task T,T T
                        read :home:<alice,alice>:nothing -> not_found alice,T
                        write :pub -> denied alice,T
                        """),
                story("acme keeps blue out, and blue's word out of acme's files", """
                        file :home:<acme/function|acme/runs/hello,acme/function>:hello acme/function|acme/runs/hello,acme/function
                        task T,T blue clearance blue,T
                        read :home:<acme/function|acme/runs/hello,acme/function>:hello -> denied T,T
                        task blue/runs,T acme/function
                        write :home:<acme/function|acme/runs/hello,acme/function>:hello with T,acme/function -> denied acme/function|acme/runs/hello&blue/runs,T
                        """));
    }

    private static DynamicTest story(String title, String text) {
        return DynamicTest.dynamicTest(title, () -> assertThat(Story.told(text)).isEqualTo(text));
    }

    /// The telling itself is checked: a step that comes out otherwise is told otherwise.
    @Test
    void storyThatIsWrong_isToldDifferently() {
        assertThat(Story.told("""
                task T,T T
                taint alice,T -> ok T,T
                create :home:<T,T>:x T,T -> ok T,T
                """)).isEqualTo("""
                task T,T T
                taint alice,T -> ok alice,T
                create :home:<T,T>:x T,T -> denied alice,T
                """);
    }
}
