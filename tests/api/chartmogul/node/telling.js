'use strict';

// Runs what a script does with the published client and prints a line of JSON for each call: what was answered, or how
// it was refused. The key comes by the environment, the address and what the script is told as arguments.

const ChartMogul = require('chartmogul-node');

function refused (error) {
  // Over real HTTP the client rejects with what its transport raised, not with its own classes; so both are read.
  return {
    status: error.status || error.httpStatus,
    kind: error.constructor.name,
    body: error.response && (error.response.body || error.response)
  };
}

module.exports = async function tell (act) {
  const [origin, told] = process.argv.slice(2);
  const config = new ChartMogul.Config(process.env.API_KEY, origin);
  config.retries = 0;

  async function say (name, promise) {
    try {
      const answer = await promise;
      console.log(JSON.stringify({ name, answer }));
      return answer;
    } catch (error) {
      console.log(JSON.stringify({ name, refused: refused(error) }));
      return undefined;
    }
  }

  await act(ChartMogul, config, say, JSON.parse(told));
};
