using Croft.Lifecycle;

namespace Croft.Tests.Lifecycle;

public sealed class FailedTasks
{
    [Theory]
    [InlineData("""fatal: [a]: FAILED! => {"changed": false, "msg": "no good"}""", "no good")]
    [InlineData("""fatal: [a]: FAILED! => {"msg": "non-zero return code", "rc": 3, "stderr": "not a\n", "stdout": ""}""", "non-zero return code: not a")]
    [InlineData("""fatal: [a]: FAILED! => {    "assertion": "1 == 2",    "msg": "Assertion failed"}""", "Assertion failed")]
    [InlineData("""fatal: [a]: UNREACHABLE! => {"msg": "gone", "unreachable": true}""", "gone")]
    [InlineData("""fatal: [a]: FAILED! => {"msg": [ "one", "two" ]""", """{"msg": [ "one", "two" ]""")]
    [InlineData("fatal: [a]: FAILED!", "fatal: [a]: FAILED!")]
    public void SayWhy(string printed, string reason) => Assert.Equal(reason, AnsiblePhase.Reason(printed));
}
